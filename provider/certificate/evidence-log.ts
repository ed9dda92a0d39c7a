/**
 * Reads evidence files for a certificate, with the result of the chain check (`chain.ts`) and what names each file in a
 * certificate. Only the place of each line about a key is kept, because the entries about thousands of keys would take
 * much memory. The lines are read again for a history, and must still have the digests that the check saw.
 */

import * as z from "zod";
import { evidenceLine } from "../engine/commands/audit.ts";
import { UkoError } from "../errors.ts";
import { parseJson } from "../text/json.ts";
import { type ChainReport, createChainCheck, type EvidenceFileLine } from "./chain.ts";
import {
  type CertificateLog,
  keyCheckValue,
  keyMetadata,
  keystoreReport,
  signedConsent,
  subjectName,
  time as timeForm,
} from "./statement.ts";

const optionalText = z.string().optional().catch(undefined);
/** Parsed less strictly than in a certificate, because a later release may add fields. */
const keystores = z.array(keystoreReport.strip());
const keyDescription = z.object({
  ...keyMetadata,
  keyCheckValues: z.array(keyCheckValue.strip()).optional().catch(undefined),
  updatedBy: optionalText,
  updatedAt: timeForm.optional().catch(undefined),
  isLive: z.boolean(),
  keystores,
  kmsKeys: z.array(z.object({ id: z.string(), state: z.string() })).catch([]),
});
export type KeyDescription = z.infer<typeof keyDescription>;

const loggedLine = evidenceLine.extend({
  hold: optionalText,
  seq: z.int().positive().optional().catch(undefined),
  digest: optionalText,
  signed: z.array(signedConsent.strip()).optional().catch(undefined),
  key: keyDescription.optional().catch(undefined),
  reported: keystores.optional().catch(undefined),
  run: z
    .object({ instanceId: z.string(), endpoint: optionalText, credential: z.enum(["api_key", "token"]) })
    .optional()
    .catch(undefined),
});
/**
 * An entry, with the position of its file among the files of the certificate, and how its person authenticated, as far
 * as known.
 */
export type LoggedLine = z.infer<typeof loggedLine> & { readonly log: number; readonly credential?: Credential };
type LoggedRun = NonNullable<z.infer<typeof loggedLine>["run"]>;
type Credential = LoggedRun["credential"];

/** Where a line about a key is in its file. It has few fields, because each key has several lines. */
export interface LoggedPlace {
  readonly log: number;
  readonly start: number;
  readonly length: number;
  /**
   * The first 52 bits of its digest, which show whether the file changed meanwhile. They are enough: another line with
   * the same bits cannot be found while the command runs. Two lines that a person prepared in advance do not help,
   * either, because `verify` compares the certificate with the file again. The whole digest would take more memory.
   */
  readonly digest: number;
  readonly credential: Credential | undefined;
}

export interface ReadLog {
  readonly log: CertificateLog | undefined;
  readonly chain: ChainReport;
  readonly instanceIds: ReadonlySet<string>;
  readonly runs: readonly LoggedRun[];
  /** The latest time of the service that a line has; undefined if the file has no line. */
  readonly latestMs: number | undefined;
  /** The places of the lines about each key, by the name of the key. */
  readonly places: ReadonlyMap<string, readonly LoggedPlace[]>;
}

/** A log of a certificate, and the path of its file. The places of its lines are in the index. */
export type FoundLog = Omit<ReadLog, "places"> & { readonly path: string };

export interface LogReader {
  add(line: EvidenceFileLine): void;
  end(headText: string | undefined): ReadLog;
}

/**
 * Reads the file at the position `index` of the certificate. With `maxLines`, later lines and the head record, which
 * covers them, are ignored.
 */
export function createLogReader(index: number, maxLines = Number.POSITIVE_INFINITY): LogReader {
  const check = createChainCheck();
  const places = new Map<string, readonly LoggedPlace[]>();
  const instanceIds = new Set<string>();
  const runs: LoggedRun[] = [];
  /**
   * The credential by person. A run names it on its first line, and the later lines of this person belong to the run.
   */
  const latest = new Map<string, Credential>();
  let lines = 0;
  let latestMs: number | undefined;
  return {
    add(line) {
      if (lines >= maxLines) return;
      lines += 1;
      const entry = loggedLine.safeParse(check.add(line)).data;
      if (entry === undefined) return;
      const { instanceId, resource, actor, run, time, phase } = entry;
      instanceIds.add(instanceId);
      if (timeForm.safeParse(time).success) latestMs = Math.max(latestMs ?? 0, Date.parse(time));
      if (run !== undefined) {
        runs.push(run);
        latest.set(actor.iamId, run.credential);
      }
      // What uko refused did nothing to the key.
      if (phase === "refused" || (resource !== undefined && resource !== "kms_key")) return;
      const { start, length } = line;
      const [digest, credential] = [digestOf(line), latest.get(actor.iamId)];
      addTo(places, subjectName(entry), [{ log: index, start, length, digest, credential }]);
    },
    end(headText) {
      const chain = check.end(maxLines === Number.POSITIVE_INFINITY ? headText : undefined);
      const log = chain.head === undefined ? undefined : { lines, head: chain.head.sha256 };
      return { log, chain, instanceIds, runs, latestMs, places };
    },
  };
}

/** Finds the lines about a key in all files. */
export interface EvidenceIndex {
  add(log: Pick<ReadLog, "places">): void;
  readonly subjects: () => readonly string[];
  /** Reads the lines about one key again. Throws UKO_EVIDENCE_BROKEN if one changed meanwhile. */
  readonly entriesOf: (subject: string) => readonly LoggedLine[];
}

export function createEvidenceIndex(
  lineAt: (place: LoggedPlace) => Pick<EvidenceFileLine, "text" | "sha256">,
): EvidenceIndex {
  const index = new Map<string, readonly LoggedPlace[]>();
  const read = (place: LoggedPlace): LoggedLine => {
    const { log, digest, credential } = place;
    const line = lineAt(place);
    if (digestOf(line) !== digest) {
      throw new UkoError("UKO_EVIDENCE_BROKEN", {
        summary: "An evidence file changed while uko read it",
        detail: "Nothing was written. Next: run the command again.",
      });
    }
    const entry = loggedLine.parse(parseJson(line.text));
    return { ...entry, log, ...(credential !== undefined && { credential }) };
  };
  return {
    add({ places }) {
      for (const [subject, more] of places) addTo(index, subject, more);
    },
    subjects: () => [...index.keys()],
    entriesOf: (subject) => (index.get(subject) ?? []).map(read),
  };
}

function digestOf({ sha256 }: Pick<EvidenceFileLine, "sha256">): number {
  return Number.parseInt(sha256.slice(0, 13), 16);
}

function addTo(places: Map<string, readonly LoggedPlace[]>, subject: string, more: readonly LoggedPlace[]): void {
  places.set(subject, [...(places.get(subject) ?? []), ...more]);
}
