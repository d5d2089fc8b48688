// Marks the words of programs: comments, strings, numbers and keywords, in spans with their names as classes.
import { html } from '../../../dist/models/report/draw/html.js';

const KEYWORDS =
  'async|await|break|class|const|continue|def|else|export|extends|finally|for|from|function|if|import|in|interface|let|new|of|readonly|return|static|throw|try|type|typeof|while|with';
const slashes = String.raw`\/\*[\s\S]*?\*\/|\/\/.*`;
const hashes = String.raw`(?<=^|\s)#.*`;

/** What there is to find, by language. */
const languages = {
  ...Object.fromEntries(['js', 'javascript', 'ts', 'typescript', 'json'].map((name) => [name, slashes])),
  ...Object.fromEntries(['sh', 'bash', 'python', 'py'].map((name) => [name, hashes])),
};

/** A program as markup. */
export function highlight(code, language) {
  const comment = languages[language];
  if (!comment) return html`${code}`;
  const words = comment === hashes && !language.startsWith('py') ? '(?!)' : `\\b(?:${KEYWORDS})\\b`;
  const pattern = new RegExp(
    `(?<comment>${comment})|(?<string>'(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*"|\`(?:[^\`\\\\]|\\\\.)*\`)|(?<keyword>${words})|(?<number>(?<![\\w.])\\d[\\w.]*)`,
    'gm',
  );
  const parts = [];
  let end = 0;
  for (const found of code.matchAll(pattern)) {
    const [kind] = Object.entries(found.groups).find(([, text]) => text !== undefined);
    parts.push(html`${code.slice(end, found.index)}<span class="${kind}">${found[0]}</span>`);
    end = found.index + found[0].length;
  }
  return html`${[...parts, html`${code.slice(end)}`]}`;
}
