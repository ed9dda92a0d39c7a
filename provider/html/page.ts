/** The frame of every page, and of a page that is one file. */

import { type Html, html, trustedStyle } from "./markup.ts";
import { styleSheet } from "./style-sheet.ts";

interface PageParts {
  readonly title: string;
  readonly head: Html;
  readonly body: Html;
}

export function pageFrame({ title, head, body }: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

/** One file to mail, to archive and to print. The page loads nothing and runs nothing, whatever its texts contain. */
export function standalonePage({ title, body }: Pick<PageParts, "title" | "body">): string {
  const head = html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
${trustedStyle(styleSheet)}`;
  return String(pageFrame({ title, head, body: html`<main>\n${body}\n</main>` }));
}
