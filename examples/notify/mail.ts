/**
 * The headers and the text of a mail; the sender adds From and To. Texts from the lines are only in the body, each in
 * an indented line of its own, so that they cannot add a header.
 */

import { closingOf, factsOf, type Notice, type Notices, titleOf } from "./notices.ts";

/** A mail is read by people, and a longer list is easier to read with `uko requests`. */
const maxNotices = 100;

export function mailText(found: Notices): string {
  const shown = found.notices.slice(0, maxNotices);
  return [
    `Subject: uko: ${titleOf(found)}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "Auto-Submitted: auto-generated",
    "",
    ...shown.flatMap((notice) => [...linesOf(notice), ""]),
    ...closingOf(found, shown.length),
    "",
  ].join("\n");
}

function linesOf(notice: Notice): readonly string[] {
  return [...factsOf(notice).map(([name, value]) => `  ${name}: ${value}`), "", `      ${notice.command}`];
}
