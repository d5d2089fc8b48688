// A report as one file that asks for no other.
import { Html, html } from './draw/html.js';
import script from './page/script.text.js';
import style from './page/style.text.js';

/** What a page may load: nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A page with its style sheet and its program. Without the program, and printed, it can be read as well. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
