/** Turns the status of a campaign into a message for Slack: what each wave waits for. Writes nothing once every key has ended. */

import { pathToFileURL } from "node:url";

interface Status {
  readonly campaign: string;
  readonly waves: readonly { readonly wave: string; readonly keys: number; readonly waitsFor: string }[];
  readonly requests: readonly { readonly wave: string; readonly expiresAt: string }[];
  readonly keys: readonly { readonly outcome: string }[];
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
}

const open: readonly string[] = ["open", "pending_destruction"];

export function messageOf(text: string): string {
  const { campaign, waves, requests, keys, unreadable } = JSON.parse(text) as Status;
  const left = keys.filter(({ outcome }) => open.includes(outcome)).length;
  if (left === 0 && unreadable.length === 0) return "";
  const lines = [
    `Campaign ${campaign}: ${left} of ${keys.length} keys still have to end.`,
    ...waves.map(
      ({ wave, keys: count, waitsFor }) => `Wave ${wave}, ${count === 1 ? "1 key" : `${count} keys`}: ${waitsFor}`,
    ),
    ...waves.flatMap(({ wave }) => requestsIn(wave, requests)),
    ...unreadable.map(({ id, reason }) => `Not read: ${id}. ${reason}`),
  ];
  return `${JSON.stringify({ text: lines.map(plain).join("\n") })}\n`;
}

function requestsIn(wave: string, requests: Status["requests"]): readonly string[] {
  const ends = requests.filter((request) => request.wave === wave).map(({ expiresAt }) => expiresAt);
  return ends.length === 0
    ? []
    : [`Wave ${wave}: ${ends.length} requests wait; the first expires at ${ends.sort()[0]}.`];
}

/** Texts come from people: Slack must see no mention and no link in them. */
function plain(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  process.stdout.write(messageOf(Buffer.concat(chunks).toString()));
}
