/** The command of this recipe: `uko requests --json` on standard input, a message on standard output, or nothing. */

import { text } from "node:stream/consumers";
import { mailText } from "./mail.ts";
import { readNotices } from "./notices.ts";
import { slackPayload } from "./slack.ts";
import { teamsPayload } from "./teams.ts";

const formats = {
  slack: (found) => `${JSON.stringify(slackPayload(found))}\n`,
  teams: (found) => `${JSON.stringify(teamsPayload(found))}\n`,
  mail: mailText,
} as const satisfies Record<string, (found: ReturnType<typeof readNotices>) => string>;

const [, , format = ""] = process.argv;
if (Object.hasOwn(formats, format)) {
  const found = readNotices(await text(process.stdin), process.env);
  const isEmpty = found.notices.length === 0 && found.faults === 0;
  if (!isEmpty) process.stdout.write(formats[format as keyof typeof formats](found));
} else {
  process.stderr.write("The format is slack, teams or mail, such as: node notify.ts slack < requests.jsonl\n");
  process.exitCode = 1;
}
