/** The evaluation of evidence: who requested, approved and executed what, when, and what the lines leave open. Pure. */

import * as z from "zod";
import { parseJson } from "../../encodings.ts";
import { isIamIdForm } from "../../lifecycle/iam-id.ts";
import { type Authors, authorsOf, type People, peopleBehind } from "../certificate/people.ts";

const person = z.object({ iamId: z.string(), name: z.string() });
const record = z.object({
  id: z.string(),
  step: z.string(),
  how: z.string(),
  author: z.string(),
  writtenAt: z.string(),
  answers: z.string().optional(),
  reason: z.string().optional(),
  earlierReasons: z
    .array(z.object({ author: z.string(), name: z.string().optional(), reason: z.string() }))
    .optional()
    .catch(undefined),
});
/** Parsed tolerantly: a later release may add fields. */
export const evidenceLine = z.object({
  v: z.literal(1),
  time: z.string(),
  instanceId: z.string(),
  resource: z.string().optional(),
  vaultId: z.string(),
  keyId: z.string(),
  label: z.string(),
  step: z.string(),
  phase: z.enum(["before", "after"]),
  from: z.string(),
  to: z.string(),
  actor: person,
  record: record.optional(),
  consentedBy: record.optional(),
  keystores: z.array(z.object({ name: z.string(), status: z.string(), syncFlag: z.string() })).catch([]),
  correlationId: z.string().optional(),
});
export type EvidenceLine = z.infer<typeof evidenceLine>;

/** One step as its evidence lines describe it; `actor` executed it. Printed by `--json`. */
export interface AuditEvent extends Omit<EvidenceLine, "phase">, People {
  /** False if a step was started and no line reports it as done: it was refused, it crashed, or its answer was lost. */
  readonly isConfirmed: boolean;
}

export interface Audit {
  readonly events: readonly AuditEvent[];
  /** All recorded steps, including those that the filter leaves out. */
  readonly stepsOnFile: number;
  /** Incomplete lines, such as a crash leaves. */
  readonly unreadableLines: number;
  /** Lines of a version that this release does not know. */
  readonly unknownVersions: number;
}

export interface AuditFilter {
  /** Only steps from this time on, ISO 8601. */
  readonly since?: string;
  readonly vaultId?: string;
  /** A key's ID or label. */
  readonly key?: string;
  readonly step?: string;
  /** Part of an IAM ID or name of the actor, requester or approver. */
  readonly person?: string;
}

/** Reads the lines of all files together. A line that is in two files counts once. */
export function auditEvidence(texts: readonly string[], filter: AuditFilter = {}): Audit {
  const lines: EvidenceLine[] = [];
  let unreadableLines = 0;
  let unknownVersions = 0;
  const seen = new Set<string>();
  for (const text of texts) {
    for (const line of text.split("\n")) {
      if (line.trim() === "" || seen.has(line)) continue;
      seen.add(line);
      const read = readLine(line);
      if (read === "unreadable") unreadableLines += 1;
      else if (read === "unknown_version") unknownVersions += 1;
      else lines.push(read);
    }
  }
  const authors = authorsOf(lines);
  const all = pairSteps(lines.toSorted(byTime)).flatMap((pair) => eventOf(pair, authors));
  const events = all.filter((event) => passes(event, filter));
  return { events, stepsOnFile: all.length, unreadableLines, unknownVersions };
}

function readLine(line: string): EvidenceLine | "unreadable" | "unknown_version" {
  const body = parseJson(line);
  const read = evidenceLine.safeParse(body);
  if (read.success) return read.data;
  const version = typeof body === "object" && body !== null ? (body as { v?: unknown }).v : undefined;
  return typeof version === "number" && version !== 1 ? "unknown_version" : "unreadable";
}

/** The line before a step and the line after it; one of the two may be missing. */
export type StepLines<Line> = readonly [before: Line | undefined, after: Line | undefined];

/** Pairs the lines before and after each step, in the order of their times. Of two attempts, one had no effect. */
export function pairSteps<Line extends EvidenceLine>(lines: readonly Line[]): readonly StepLines<Line>[] {
  const steps: StepLines<Line>[] = [];
  const begun = new Map<string, number[]>();
  for (const line of lines) {
    const name = [line.instanceId, line.resource, line.keyId, line.step, line.actor.iamId].join("\n");
    const open = begun.get(name) ?? [];
    if (line.phase === "before") {
      begun.set(name, [...open, steps.length]);
      steps.push([line, undefined]);
      continue;
    }
    const index = open.at(-1);
    begun.set(name, open.slice(0, -1));
    if (index === undefined) steps.push([undefined, line]);
    else steps[index] = [steps[index]?.[0], line];
  }
  return steps;
}

function eventOf([before, after]: StepLines<EvidenceLine>, authors: Authors): readonly AuditEvent[] {
  const last = after ?? before;
  if (last === undefined) return [];
  const { phase: _phase, ...line } = { ...before, ...last };
  return [
    { ...line, ...peopleBehind(line, authors), isConfirmed: after !== undefined, time: before?.time ?? last.time },
  ];
}

export const byTime = (a: EvidenceLine, b: EvidenceLine): number => timeOf(a) - timeOf(b);

function passes(event: AuditEvent, { since, vaultId, key, step, person: who }: AuditFilter): boolean {
  if (since !== undefined && timeOf(event) < Date.parse(since)) return false;
  if (vaultId !== undefined && event.vaultId !== vaultId) return false;
  if (key !== undefined && event.keyId !== key && event.label !== key) return false;
  if (step !== undefined && event.step !== step) return false;
  if (who === undefined) return true;
  const { actor, consentedBy, requester, record: written } = event;
  const ids = [actor.iamId, requester?.iamId ?? "", consentedBy?.author ?? "", written?.author ?? ""];
  // A name may be the ID of another person, so a text in the form of an ID matches IDs alone.
  const people = isIamIdForm(who) ? ids : [...ids, actor.name];
  return people.some((each) => each.toLowerCase().includes(who.toLowerCase()));
}

function timeOf({ time }: { readonly time: string }): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0 : ms;
}
