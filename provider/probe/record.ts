/**
 * Adds one run to the recording of a deletion, redacted, with the placeholders of earlier runs, which are kept as
 * digests with a salt in a file that stays with its owner. So no name, and no secret that a service should not have
 * sent, is ever written to a disk.
 */

import * as z from "zod";
import { versionIn } from "../engine/commands/doctor-messages.ts";
import { isoTime } from "../text/iso-time.ts";
import { parseJson } from "../text/json.ts";
import { deletionRows } from "./deletion-rows.ts";
import { judgeDeletion } from "./judge.ts";
import {
  countExchanges,
  maxExchanges,
  type ProbeLine,
  parseReadableLines,
  type RecordingHeader,
  type RecordingLine,
} from "./recording.ts";
import { createPlaceholders, createRedactor, isKind } from "./redact.ts";
import { redactExchange, type SentExchange } from "./redacted-exchange.ts";

export interface RunToRecord {
  readonly command: string;
  readonly exchanges: readonly SentExchange[];
  readonly instanceId: string;
  /** The IAM ID of the caller. */
  readonly callerId: string | undefined;
  readonly product: string;
  readonly region: string;
  /** The service's time at the beginning of the run; 0 if no response had one. */
  readonly startMs: number;
}

/** What the two files have before the run; both are empty before the first one. */
export interface Recorded {
  readonly text: string;
  readonly keptText: string;
}

export interface Addition {
  readonly lines: readonly object[];
  /** The new text of the private file. */
  readonly keptText: string;
  /** What the whole recording shows now. */
  readonly rows: readonly ProbeLine[];
}

export interface Digests {
  readonly sha256: (text: string) => string;
  /** A fresh text that no person can guess. */
  readonly newSalt: () => string;
}

/** A run of one test key has about 20 exchanges. Above this number, the rest of a run is left out. */
export const maxExchangesOfRun = 2_000;

const digestForm = /^[0-9a-f]{64}$/;

/**
 * The private file next to a recording. No text of it reaches the recording, which is sent: a placeholder has a word of
 * the protocol as its kind, and its number comes from its place in the list. Who can write the file can still learn
 * whether the recording has a text that they guessed, by the number. So a file that another user owns or may write is
 * refused where it is read.
 */
const kept = z.object({
  v: z.literal(1),
  kind: z.literal("placeholders"),
  recording: z.string().regex(digestForm),
  salt: z.string().min(32),
  startMs: z.number(),
  runs: z.number().int(),
  /** The digest of each replaced text, with the kind of its placeholder, in the order of their numbers. */
  placeholders: z.array(z.tuple([z.string().regex(digestForm), z.string().refine(isKind)])),
  /** Words of the names that were seen, so that none of them ever counts as an answer. */
  names: z.array(z.string().regex(digestForm)),
});
type Kept = z.output<typeof kept>;

/** Why the files cannot take another run; undefined if they can. */
export function unusable({ text, keptText }: Recorded, { sha256 }: Pick<Digests, "sha256">): string | undefined {
  if (text === "") {
    return keptText === "" ? undefined : "The private file next to it belongs to another recording.";
  }
  const lines = parseReadableLines(text) ?? [];
  if (lines[0]?.of !== "deletion") return "It is not a recording that --record began.";
  if (countExchanges(lines) > maxExchanges - maxExchangesOfRun) {
    return `It has ${countExchanges(lines)} requests, and a recording has at most ${maxExchanges}.`;
  }
  if (keptIn(keptText)?.recording === sha256(firstLine(text))) return undefined;
  return "The private file next to it is missing or belongs to another recording, so equal values would get new names.";
}

/** Throws if `unusable` says why. */
export function addRun(recorded: Recorded, run: RunToRecord, digests: Digests): Addition {
  const why = unusable(recorded, digests);
  if (why !== undefined) throw new Error(why);
  const before = parseReadableLines(recorded.text) ?? [];
  const header = before[0] ?? headerOf(run, digests);
  const made: Kept = keptIn(recorded.keptText) ?? {
    v: 1,
    kind: "placeholders",
    recording: digests.sha256(lineOf(header)),
    salt: digests.newSalt(),
    startMs: run.startMs,
    runs: 0,
    placeholders: [],
    names: [],
  };
  const number = made.runs + 1;
  const placeholders = [...made.placeholders];
  const names = new Set(made.names);
  const { callerId: person } = run;
  const redactor = createRedactor(
    made.startMs,
    knownIn(run),
    createPlaceholders(saltedDigest(made.salt, digests), placeholders, names),
  );
  for (const { request, response } of run.exchanges) {
    redactor.address(request.path);
    redactor.learn(request.body);
    redactor.learn(response.body);
  }
  const runLines: RecordingLine[] = [
    {
      v: 1,
      kind: "run",
      run: number,
      command: run.command,
      ...(person !== undefined && { caller: redactor.text(person) }),
    },
    ...run.exchanges.map((each) => ({
      v: 1 as const,
      kind: "exchange" as const,
      run: number,
      ...redactExchange(each, redactor),
    })),
  ];
  const rows = judgeDeletion([...before, ...runLines]);
  const verdicts = new Map(before.flatMap((line) => (line.kind === "probe" ? [[line.id, line.verdict] as const] : [])));
  const news = rows.filter(({ id, verdict }) => verdict !== (verdicts.get(id) ?? "not_tried"));
  return {
    lines: [...(before.length === 0 ? [header] : []), ...runLines, ...news.map(({ exchanges: _shown, ...row }) => row)],
    keptText: `${JSON.stringify({ ...made, runs: number, placeholders, names: [...names] })}\n`,
    rows,
  };
}

/** What the requests name, so that a reader of a placeholder knows what it stands for. */
function knownIn({ instanceId, callerId, exchanges }: RunToRecord): readonly (readonly [string, string | undefined])[] {
  const named = exchanges.flatMap(({ request: { path } }) => {
    const [, list = "", id] = /^\/([a-z_]+)\/([0-9a-f-]{36})(?:[/?]|$)/.exec(path) ?? [];
    const kind = kinds[list];
    return kind === undefined ? [] : [[kind, id] as const];
  });
  return [["instance", instanceId], ["person", callerId], ...named];
}

/** The kinds of objects by their lists in UKO and KMS. */
const kinds: Readonly<Record<string, string>> = {
  managed_keys: "key",
  vaults: "vault",
  templates: "template",
  keystores: "keystore",
  keys: "kms-key",
};

function headerOf({ exchanges, product, region, startMs }: RunToRecord, { sha256 }: Digests): RecordingHeader {
  const isUko = exchanges.some(({ request: { service } }) => service === "uko");
  const members = JSON.stringify(exchanges.map(({ response }) => response.body)).matchAll(/"([a-z_]{1,60})":/g);
  return {
    v: 1,
    kind: "recording",
    of: "deletion",
    product,
    apiVersion: isUko ? versionIn(new Set(Array.from(members, ([, name = ""]) => name))) : "v2",
    region,
    day: isoTime(startMs).slice(0, 10),
    rows: sha256(JSON.stringify(deletionRows.map(({ id, answers, expects }) => ({ id, answers, expects })))),
  };
}

/** As the file has it. */
const lineOf = (line: object): string => JSON.stringify(line);
const firstLine = (text: string): string => text.slice(0, Math.max(0, text.indexOf("\n")));

function keptIn(text: string): Kept | undefined {
  return kept.safeParse(parseJson(text)).data;
}

/** The digest of a text with the salt, computed once for each text. */
function saltedDigest(salt: string, { sha256 }: Pick<Digests, "sha256">): (text: string) => string {
  const digests = new Map<string, string>();
  return (text) => {
    const digest = digests.get(text) ?? sha256(`${salt}\n${text}`);
    digests.set(text, digest);
    return digest;
  };
}
