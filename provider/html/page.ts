/**
 * Builds the HTML frame of a page of the console, and of a report that is stored as one file. A report loads nothing
 * and runs no script, so it can be mailed and archived.
 */

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

/**
 * A page as one file to mail, archive and print. Its content security policy stops scripts and requests, whatever its
 * texts contain.
 */
export function standalonePage({ title, body }: Pick<PageParts, "title" | "body">): string {
  const head = html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
${trustedStyle(styleSheet)}`;
  return String(pageFrame({ title, head, body: html`<main>\n${body}\n</main>` }));
}
