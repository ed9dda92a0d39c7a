/**
 * The comparison of a certificate with audit events that the verifier exported from the account. The
 * fields are those of "Event fields" in IBM Cloud's documentation of activity tracking
 * (https://cloud.ibm.com/docs/atracker?topic=atracker-event); no real export was available. Pure.
 */

import * as z from "zod";
import { parseJson } from "../../encodings.ts";
import { hasEachStep } from "./key-history.ts";
import type { Certificate, CertificateKey, CertificateStep } from "./statement.ts";

const event = z.looseObject({
  eventTime: z.string(),
  action: z.string(),
  correlationId: z.string(),
  initiator: z.object({ id: z.string() }),
  outcome: z.string().optional().catch(undefined),
});
export type TrackedEvent = z.infer<typeof event>;

/** Reads an export: a JSON array, or one event a line. Other events are passed over. */
export function readTrackedEvents(text: string): readonly TrackedEvent[] {
  const values = text.trimStart().startsWith("[") ? parseJson(text) : text.split("\n").map(parseJson);
  return (Array.isArray(values) ? values : []).flatMap((value) => {
    const body = (value as { readonly message?: unknown } | null)?.message ?? value;
    const read = event.safeParse(typeof body === "string" ? parseJson(body) : body);
    return read.success ? [read.data] : [];
  });
}

export interface Corroboration {
  /** Every step that ended something has its event, and every key has each step that led to its outcome. */
  readonly isComplete: boolean;
  readonly matched: number;
  /** Steps without an event. */
  readonly missing: readonly { readonly subject: string; readonly step: string }[];
  /** Steps whose event names another person or another time. */
  readonly contradictions: readonly { readonly subject: string; readonly step: string }[];
}

/** The steps that end something, and the actions that their events name (uko-v4.md 7, kms-v2-and-iam.md 5). */
const actions: Readonly<Record<string, RegExp>> = {
  deactivate: /\.managed-keys\.write$/,
  destroy: /\.(managed-keys\.write|secrets\.delete)$/,
  remove: /\.managed-keys\.delete$/,
};
/** An event is written when the call ends; the evidence names the read before the call. */
const toleranceMs = 5 * 60_000;

export function corroborate({ predicate: { keys } }: Certificate, events: readonly TrackedEvent[]): Corroboration {
  const byId = Map.groupBy(events, ({ correlationId }) => correlationId);
  /** Each call has an ID of its own, so an event is of one step. */
  const take = ({ correlationId = "" }: CertificateStep): readonly TrackedEvent[] => {
    const found = byId.get(correlationId) ?? [];
    byId.delete(correlationId);
    return found;
  };
  const steps = keys.flatMap(({ subject, keyId, steps: all }) =>
    all
      .filter(({ step, doneAt }) => doneAt !== undefined && Object.hasOwn(actions, step))
      .map((step) => ({ subject, step, found: take(step).filter((each) => isAbout(each, keyId, step)) })),
  );
  const named = ({ subject, step: { step } }: (typeof steps)[number]) => ({ subject, step });
  const missing = steps.filter(({ found }) => found.length === 0).map(named);
  const contradictions = steps
    .filter(({ found, step }) => found.length > 0 && !found.some((one) => agrees(step, one)))
    .map(named);
  const matched = steps.length - missing.length - contradictions.length;
  const haveSteps = new Set(steps.map(({ subject }) => subject));
  const isWhole = (key: CertificateKey): boolean =>
    haveSteps.has(key.subject) &&
    hasEachStep({ ...key, steps: key.steps.filter(({ doneAt }) => doneAt !== undefined) });
  const isComplete = matched === steps.length && keys.every(isWhole);
  return { isComplete, matched, missing, contradictions };
}

/** An event of a read, or of another key, says nothing about the step. */
function isAbout(found: TrackedEvent, keyId: string, { step }: CertificateStep): boolean {
  return actions[step]?.test(found.action) === true && JSON.stringify(found).includes(keyId);
}

function agrees({ executor, startedAt }: CertificateStep, { initiator, eventTime, outcome }: TrackedEvent): boolean {
  const distanceMs = Math.abs(Date.parse(eventTime) - Date.parse(startedAt));
  return initiator.id === executor.iamId && distanceMs <= toleranceMs && (outcome ?? "success") === "success";
}
