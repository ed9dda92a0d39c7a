/** Trails by hand, for the tests of the oracle: who wrote which record when, and what followed. */

import { createHash } from "node:crypto";
import { type JudgeOptions, judge, recordHash, type TrailEntry, type ViolationKind } from "./oracle.ts";

export const alice = "IBMid-ALICE";
export const bob = "IBMid-BOB";
export const carol = "IBMid-CAROL";
export const pipeline = "iam-ServiceId-1";
export const profile = "iam-Profile-1";
const keyId = "9b2d0000-0000-4000-8000-000000000001";
const startMs = Date.parse("2026-11-24T12:00:00Z");
export const required: JudgeOptions = { required: true, gate: "both" };

export type Draft = Partial<TrailEntry> & { readonly operation: string; readonly afterMs?: number };

/** Builds a trail: each entry a second after the one before, unless it says how long after the start. */
export function trail(...drafts: readonly Draft[]): readonly TrailEntry[] {
  return drafts.map(({ afterMs, ...draft }, index) => ({
    seq: index + 1,
    time: new Date(startMs + (afterMs ?? index * 1_000)).toISOString(),
    keyId,
    status: 200,
    effect: true,
    caller: alice,
    authn: draft.caller ?? alice,
    ...draft,
  }));
}

interface RecordDraft {
  readonly digest?: string;
  /** The PATCH of the request that an approval quotes. */
  readonly of?: Draft;
  readonly quote?: Readonly<Record<string, unknown>>;
  readonly author: string;
  readonly step?: "deactivate" | "destroy";
  readonly how?: "command" | "engine" | "approval";
  readonly atMs?: number;
  readonly writer?: string;
  readonly location?: "tag" | "compact" | "both";
  readonly state?: string;
}

/** A PATCH that leaves a consent record on the key. */
export function consent(draft: RecordDraft): Draft {
  const { author, step = "deactivate", how = "command", atMs = 0, writer = author, location = "tag", state } = draft;
  const seconds = Math.floor((startMs + atMs) / 1_000);
  const { digest = "d".repeat(32) } = draft;
  const q = draft.of === undefined ? undefined : { ...quoteOf(draft.of), ...draft.quote };
  const json = JSON.stringify({ v: 1, s: step, t: seconds, d: digest, a: author, n: "Somebody", h: how, q });
  const authorHash = createHash("sha256").update(author).digest("hex").slice(0, 16);
  const letters = `${step === "deactivate" ? "d" : "x"}${how === "engine" ? "m" : "a"}`;
  const compact = `\n[uko1b${letters}${seconds.toString(16).padStart(8, "0")}${digest}${authorHash}${"0".repeat(24)}]`;
  return {
    operation: "updateManagedKey",
    caller: writer,
    afterMs: atMs,
    after: {
      state: state ?? (step === "deactivate" ? "active" : "deactivated"),
      tags: location === "compact" ? [] : [{ name: "uko_deletion", value: Buffer.from(json).toString("hex") }],
      description: location === "tag" ? "" : `Pays people${compact}`,
      updatedAt: new Date(seconds * 1_000).toISOString(),
    },
  };
}

/** What an approval keeps of the request that this PATCH brought. */
function quoteOf({ after }: Draft): Readonly<Record<string, unknown>> {
  const value = after?.tags[0]?.value ?? "";
  const { a, t } = JSON.parse(Buffer.from(value, "hex").toString()) as Record<string, unknown>;
  return { i: recordHash(keyId, value), b: "6".repeat(64), a, t, m: "5".repeat(64) };
}

export const ofAlice = consent({ author: alice });

/** An approval of Alice's request in this person's name, a second after the start. */
export const approvalBy = (author: string, draft: Partial<RecordDraft> = {}): Draft =>
  consent({ author, how: "approval", of: ofAlice, atMs: 1_000, ...draft });

/** Lets the service receive a write so long after the start. */
export function writtenAt(ms: number, of: Draft = consent({ author: bob })): Pick<Draft, "afterMs" | "after"> {
  const updatedAt = new Date(startMs + ms).toISOString();
  return { afterMs: ms, ...(of.after !== undefined && { after: { ...of.after, updatedAt } }) };
}

/** Another call after a write: the key keeps everything, and this person appears to have written it. */
export function touch(earlier: Draft, by: string, atMs: number, operation = "updateManagedKey"): Draft {
  return { operation, caller: by, ...writtenAt(atMs, earlier) };
}

export const leaving = (state: string): NonNullable<TrailEntry["after"]> => ({
  state,
  tags: [],
  description: "",
  updatedAt: "2026-11-24T12:00:00Z",
});
export const deactivate = (caller: string, afterMs = 1_000): Draft => ({
  operation: "deactivateManagedKey",
  caller,
  afterMs,
  after: leaving("deactivated"),
});
export const destroy = (caller: string, afterMs = 1_000): Draft => ({
  operation: "destroyManagedKey",
  caller,
  afterMs,
  after: leaving("destroyed"),
});

/** Bob's own record, dated 3 s after the start. */
export const ahead = consent({ author: bob, atMs: 3_000 });

export function kinds(entries: readonly TrailEntry[], options = required): readonly ViolationKind[] {
  return judge(entries, options).violations.map((violation) => violation.kind);
}
