// Puts the site's header into the pages of the API, and names their parts for those who do not see them.
import { PageEvent } from 'typedoc';
import { header } from '../site/pages/frame.js';

/** @param {import('typedoc').Application} app */
export function load({ renderer }) {
  renderer.on(PageEvent.END, (page) => {
    // a page has one header, which here is typedoc's
    const own = header(`api/${page.url}`).text.replaceAll(/(?<=<\/?)header/g, 'div');
    page.contents = page.contents
      ?.replace('</head>', '<link rel="icon" href="data:,"></head>')
      .replace('<body>', () => `<body>${own}`)
      .replace('<div class="col-content"', '$& id="main" role="main"')
      .replace('<div class="col-sidebar"', '$& role="complementary" aria-label="Contents"');
  });
}
