// Pages from Markdown, with the ids that GitHub gives headings and links that lead to pages of the site.
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import { html } from '../../../dist/models/report/draw/html.js';
import { highlight } from './highlight.js';

const markdown = new MarkdownIt({ html: true });
const { rules } = markdown.renderer;
// What may be wider than the page scrolls by itself, by keyboard too.
rules.fence = ([...tokens], i) => {
  const { content, info } = tokens[i];
  return html`<pre tabindex="0"><code>${highlight(content, info.trim())}</code></pre>\n`.text;
};
rules.code_block = ([...tokens], i) => html`<pre tabindex="0"><code>${tokens[i].content}</code></pre>\n`.text;
rules.table_open = ([...tokens], i) =>
  `<div class="wide" role="region" aria-label="${tokens[i].attrGet('aria-label')}" tabindex="0"><table>\n`;
rules.table_close = () => '</table></div>\n';

/** The words of a heading, without its marks. */
const wordsOf = ({ children }) => children.map(({ content }) => content).join('');

/** Gives headings their ids, and returns them. */
function nameHeadings(tokens) {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, i) => {
    if (token.type !== 'heading_open') return [];
    const title = wordsOf(tokens[i + 1]);
    const id = slugger.slug(title);
    token.attrSet('id', id);
    return [{ level: Number(token.tag[1]), title, id }];
  });
}

/** Gives tables their numbers. */
function nameTables(tokens) {
  for (const [i, token] of tokens.filter(({ type }) => type === 'table_open').entries())
    token.attrSet('aria-label', `Table ${i + 1}`);
}

/** Changes the addresses in links and images. A link whose words are the name of a file gets the title of its page. */
function redirect(tokens, { linkOf, titleOf, imageOf }) {
  for (const { children } of tokens)
    for (const [i, token] of (children ?? []).entries()) {
      if (token.type === 'link_open') {
        const href = token.attrGet('href');
        if (/^[\w./-]+\.md$/.test(children[i + 1].content)) children[i + 1].content = titleOf(href);
        token.attrSet('href', linkOf(href));
      }
      if (token.type === 'image') {
        token.attrSet('src', imageOf(token.attrGet('src')));
        token.attrSet('loading', 'lazy');
      }
    }
}

/**
 * Reads a page.
 */
export function read(text, addresses) {
  const tokens = markdown.parse(text, {});
  const headings = nameHeadings(tokens);
  nameTables(tokens);
  redirect(tokens, addresses);
  const { title } = headings.find(({ level }) => level === 1);
  const render = (from, to) => markdown.renderer.render(tokens.slice(from, to), markdown.options, {});
  return { title, headings, tokens, render };
}
