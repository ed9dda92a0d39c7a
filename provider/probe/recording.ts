/**
 * Defines the lines of a recording: of `uko probe`, or of an ordinary deletion with `--record`. It is no proof of
 * anything, because its sender can edit it, and its header says whether a service or an emulator answered.
 */

import * as z from "zod";
import { parseJson } from "../text/json.ts";

const v = z.literal(1).describe("Version of the form; it changes if a field changes its meaning");
const verdicts = ["verified", "refuted", "not_tried"] as const;
export type Verdict = (typeof verdicts)[number];

const header = z
  .object({
    v,
    kind: z.literal("recording"),
    of: z.enum(["probe", "deletion"]),
    product: z
      .string()
      .regex(/^[A-Za-z ]{1,60}$/)
      .describe("`emulator` for every address on this machine: it proves nothing about IBM's service"),
    apiVersion: z
      .string()
      .regex(/^[A-Za-z0-9. ]{1,60}$/)
      .describe("By the members that responses have; `unknown` if they do not say"),
    region: z.string().regex(/^[a-z-]{1,30}$/),
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .describe("The day on which the recording began, in UTC"),
    rows: z.string().describe("SHA-256 of the rows that the recording can answer"),
  })
  .describe("The first line");

const exchange = z.object({
  request: z.string().describe("Method, service and path"),
  as: z.literal("anonymous").describe("The request had no credential").optional(),
  headers: z.unknown().describe("The headers of the request that are not on every request").optional(),
  body: z.unknown().describe("The body of the request").optional(),
  status: z.number().describe("0 if no response arrived"),
  responseHeaders: z.record(z.string(), z.unknown()),
  response: z.unknown().describe("The body of the response").optional(),
  judged: z
    .record(z.string(), z.array(z.unknown()))
    .describe("The members that refuted the row, by their paths, with the values that they have")
    .optional(),
});

const row = {
  id: z.string(),
  answers: z.string().describe("The row of the page How faithful the emulator is"),
  verdict: z.enum(verdicts),
  expects: z.string().describe("What the emulator does"),
};

const line = z.discriminatedUnion("kind", [
  header,
  z
    .object({
      v,
      kind: z.literal("probe"),
      ...row,
      why: z.string().describe("Why a row was not tried").optional(),
      seen: z.union([z.string(), z.boolean()]).describe("The value of the emulator's switch").optional(),
      exchanges: z.array(exchange).optional(),
    })
    .describe("What the recording says about a row; of several lines about one row, the last one counts"),
  z
    .object({
      v,
      kind: z.literal("run"),
      run: z.number().int(),
      command: z.string(),
      caller: z.string().describe("The placeholder of the person who ran the command").optional(),
    })
    .describe("A run of a command with --record; its exchanges follow"),
  exchange.extend({ v, kind: z.literal("exchange"), run: z.number().int() }).describe("A request and its response"),
  z
    .object({ v, kind: z.literal("end"), verified: z.number(), refuted: z.number(), not_tried: z.number() })
    .describe("The last line of uko probe"),
]);

/** A line of a recording. A reader accepts members that a later release adds. */
export const recordingLine = line.describe("A line of a recording, as uko probe and --record write it");

/** The most exchanges of a recording. An ordinary deletion has some hundreds, and judging takes longer with each. */
export const maxExchanges = 5_000;

export type RecordingLine = z.output<typeof line>;
export type RecordingHeader = z.output<typeof header>;
export type ProbeLine = Extract<RecordingLine, { kind: "probe" }>;
export type ExchangeLine = Extract<RecordingLine, { kind: "exchange" }>;
export type RecordedExchange = z.output<typeof exchange>;

export const countExchanges = (lines: readonly RecordingLine[]): number =>
  lines.filter(({ kind }) => kind === "exchange").length;

/**
 * The lines of a recording; undefined if the text does not begin with a header. A last line that a crash cut off, and
 * a line that a later release wrote, are left out.
 */
export function parseReadableLines(text: string): readonly [RecordingHeader, ...RecordingLine[]] | undefined {
  const [first, ...others] = text.split("\n").flatMap((each) => {
    const { data } = line.safeParse(parseJson(each));
    return data === undefined ? [] : [data];
  });
  return first?.kind === "recording" && text.startsWith("{") ? [first, ...others] : undefined;
}
