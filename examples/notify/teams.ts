/**
 * The payload of a Teams webhook: an adaptive card. Texts from the lines are in `TextRun` elements, where Teams reads
 * no Markdown; the text of a `TextBlock` is always our own.
 */

import { closingOf, factsOf, type Notice, type Notices, titleOf } from "./notices.ts";

/** Teams refuses a message of more than 28 KB. */
const maxNotices = 5;

export function teamsPayload(found: Notices): object {
  const shown = found.notices.slice(0, maxNotices);
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", text: titleOf(found), weight: "Bolder", size: "Medium", wrap: true },
      ...shown.flatMap(elementsOf),
      ...closingOf(found, shown.length).map((text) => ({ type: "TextBlock", text, wrap: true, isSubtle: true })),
    ],
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
}

function elementsOf(notice: Notice): readonly object[] {
  return [
    ...factsOf(notice).map(([name, value], index) => ({
      type: "RichTextBlock",
      ...(index === 0 ? { separator: true } : { spacing: "None" }),
      inlines: [
        { type: "TextRun", text: `${name}: `, weight: "Bolder" },
        { type: "TextRun", text: literal(value) },
      ],
    })),
    { type: "RichTextBlock", inlines: [{ type: "TextRun", text: notice.command, fontType: "Monospace" }] },
  ];
}

/** Teams has no escape for tags and for functions such as `{{DATE(…)}}`, so their signs are replaced. */
function literal(text: string): string {
  return text
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replace(/([{$@])(?=\{)/g, "$1 ");
}
