// Puts the site's header into the pages of the API.
import { JSX } from 'typedoc';
import { header } from '../site/pages/frame.js';

/** @param {import('typedoc').Application} app */
export function load({ renderer }) {
  renderer.hooks.on('body.begin', ({ page }) =>
    JSX.createElement(JSX.Raw, { html: header(`api/${page.url}`).text }),
  );
}
