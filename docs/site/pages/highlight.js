// The words of programs: comments, strings, keywords and numbers, also of one that is being written.
import { html } from '../../../dist/models/report/draw/html.js';

const KEYWORDS =
  'as|async|await|break|case|catch|class|const|continue|def|default|delete|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|readonly|return|static|super|switch|this|throw|true|try|type|typeof|undefined|while|with|yield';
const slashes = String.raw`\/\*[\s\S]*?(?:\*\/|(?![\s\S]))|\/\/.*`;
const hashes = String.raw`(?<=^|\s)#.*`;

/** What a comment is, by language. */
const languages = {
  ...Object.fromEntries(['js', 'javascript', 'ts', 'typescript', 'json'].map((name) => [name, slashes])),
  ...Object.fromEntries(['sh', 'bash', 'python', 'py'].map((name) => [name, hashes])),
};

/** The pieces of a program in order, each with what it is, or null: [text, kind]. A string may lack its end. */
export function wordsOf(code, language) {
  const comment = languages[language];
  if (!comment) return [[code, null]];
  const words =
    comment === hashes && !language.startsWith('py') ? '(?!)' : `(?<![\\w.$])(?:${KEYWORDS})(?![\\w$])`;
  const pattern = new RegExp(
    `(?<comment>${comment})|(?<string>'(?:[^'\\\\\\n]|\\\\.)*'?|"(?:[^"\\\\\\n]|\\\\.)*"?|\`(?:[^\`\\\\]|\\\\[\\s\\S])*\`?)|(?<keyword>${words})|(?<number>(?<![\\w.$])\\d[\\w.]*)`,
    'gm',
  );
  const pieces = [];
  let end = 0;
  for (const found of code.matchAll(pattern)) {
    const [kind] = Object.entries(found.groups).find(([, text]) => text !== undefined);
    pieces.push([code.slice(end, found.index), null], [found[0], kind]);
    end = found.index + found[0].length;
  }
  return [...pieces, [code.slice(end), null]];
}

/** A piece as markup. */
export const wordOf = ([text, kind]) => (kind ? html`<span class="${kind}">${text}</span>` : html`${text}`);

/** A program as markup. */
export const highlight = (code, language) => html`${wordsOf(code, language).map(wordOf)}`;
