/** The private file of a recording: what a person who could write it can make of the recording, which is sent. */

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { addRun, type RunToRecord } from "../../provider/probe/record.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const digests = { sha256, newSalt: () => "s".repeat(43) };
const label = "nightfall acquisition 2031";
const startMs = Date.parse("2031-02-03T04:05:06Z");

const run: RunToRecord = {
  command: "status",
  exchanges: [
    {
      request: { service: "uko", method: "GET", path: "/managed_keys/9b2d0000-0000-4000-8000-000000000002" },
      response: { status: 200, headers: {}, body: { label, updated_at: "2031-02-03T04:05:08Z" } },
    },
  ],
  instanceId: "5c1e0000-0000-4000-8000-000000000001",
  callerId: "IBMid-550000BOB",
  product: "emulator",
  region: "eu-de",
  startMs,
};

const textOf = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** The recording of a first run without the label, and its private file. */
function begun() {
  const { lines, keptText } = addRun({ text: "", keptText: "" }, { ...run, exchanges: [] }, digests);
  return { text: textOf(lines), kept: JSON.parse(keptText) as Readonly<Record<string, unknown>> };
}

it.each([
  ["a text", (digest: string) => ({ [digest]: "<text-900 nightfall-acquisition-2031>" })],
  ["a kind that is no word of the protocol", (digest: string) => [[digest, "nightfall-acquisition"]]],
  ["a number", (digest: string) => [[digest, "text", 900]]],
])("takes no placeholder with %s from the private file", (_, planted) => {
  const { text, kept } = begun();
  const keptText = JSON.stringify({ ...kept, placeholders: planted(sha256(`${String(kept.salt)}\n${label}`)) });
  expect(() => addRun({ text, keptText }, run, digests)).toThrow("belongs to another recording");
});

it("computes the number and the distance of a placeholder that an earlier run made", () => {
  const first = addRun({ text: "", keptText: "" }, run, digests);
  const again = addRun({ text: textOf(first.lines), keptText: first.keptText }, run, digests);
  const answers = [first, again].map(({ lines }) =>
    lines.flatMap((line) => ("response" in line ? [line.response] : [])),
  );
  expect(answers[0]).toEqual([{ label: "<label-1>", updated_at: "<time-1 2s>" }]);
  expect(answers[1]).toEqual(answers[0]);
});
