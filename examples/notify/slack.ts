/**
 * The payload of a Slack incoming webhook. Texts from the lines are in `plain_text` objects, where Slack reads no
 * mrkdwn, mention or emoji; only the command, which holds nothing but UUIDs, is mrkdwn.
 */

import { closingOf, factsOf, type Notice, type Notices, titleOf } from "./notices.ts";

/** Slack takes 50 blocks, and each notice has three. */
const maxNotices = 15;

export function slackPayload(found: Notices): object {
  const shown = found.notices.slice(0, maxNotices);
  const title = titleOf(found);
  return {
    text: title,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plain(title) },
      ...shown.flatMap(blocksOf),
      { type: "section", text: plain(closingOf(found, shown.length).join("\n")) },
    ],
  };
}

function blocksOf(notice: Notice): readonly object[] {
  return [
    { type: "divider" },
    { type: "section", fields: factsOf(notice).map(([name, value]) => plain(`${name}\n${value}`)) },
    { type: "section", text: { type: "mrkdwn", text: `\`\`\`${notice.command}\`\`\`` } },
  ];
}

/** Slack requires that these three characters are escaped in every text. */
function plain(text: string): object {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { type: "plain_text", text: escaped, emoji: false };
}
