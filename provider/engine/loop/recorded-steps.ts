/**
 * Reads from the evidence of this machine whether two people consented to the deactivation or destruction of a key. The
 * answer decides only whether a person confirms the removal of a destroyed key by hand, and never whether a step may be
 * taken.
 *
 * - That two people consented counts only in the file in the user's own state folder. A pipeline can get a file that
 *   UKO_EVIDENCE names from a place where others write. Mallory could destroy a key alone, and add a line to the file
 *   that credits two people.
 * - That no approval is known counts in each file, because it only makes a run stricter.
 * - It also says whether a removal of a key was begun, or a destruction of a KMS key, and no line says how it ended.
 *
 * The file is read once in a process, at the first destroyed key, and only its lines about these steps are parsed.
 */

import * as z from "zod";
import { isSamePerson } from "../../lifecycle/vocabulary/iam-id.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { parseJson } from "../../text/json.ts";
import type { Evidence } from "../ports/evidence.ts";
import type { KeyRef } from "../ports/world.ts";

type Verdict = "approved" | "unapproved";
interface Index {
  readonly verdicts: Map<string, Verdict>;
  /** The labels of the keys with a last step that no line reports as done. */
  readonly open: Map<string, string>;
}

const indexes = new WeakMap<Evidence, Index>();

/** What the evidence says of the step; undefined if it does not have the step, or cannot be read. */
export function recordedStep(evidence: Evidence, ref: KeyRef, step: ApprovedStep): Verdict | undefined {
  return indexOf(evidence).verdicts.get(nameOf({ ...ref, step }));
}

/**
 * The label of the key if a run began its last step, and no line says how the step ended: the removal of a managed key,
 * or the destruction of a KMS key. No later step shows what became of these two.
 */
export function labelOfOpenStep(
  evidence: Evidence,
  ref: Pick<KeyRef, "instanceId" | "keyId">,
  step: "remove" | "destroy",
): string | undefined {
  return indexOf(evidence).open.get(nameOf({ ...ref, step }));
}

/** Adds a line that this process has just written. */
export function rememberLine(evidence: Evidence, line: unknown): void {
  const index = indexes.get(evidence);
  if (index !== undefined) add(evidence, index, line);
}

function indexOf(evidence: Evidence): Index {
  const known = indexes.get(evidence);
  if (known !== undefined) return known;
  const index: Index = { verdicts: new Map(), open: new Map() };
  for (const text of evidence.lines?.() ?? []) if (aboutSteps.test(text)) add(evidence, index, parseJson(text));
  indexes.set(evidence, index);
  return index;
}

const aboutSteps = /"step":"(?:deactivate|reactivate|destroy|remove)"/;

const line = z.object({
  /** Absent for a managed key. */
  resource: z.literal("kms_key").optional(),
  instanceId: z.string(),
  keyId: z.string(),
  label: z.string(),
  step: z.enum(["deactivate", "reactivate", "destroy", "remove"]),
  phase: z.enum(["before", "after", "seen", "settled"]),
  actor: z.object({ iamId: z.string() }),
  allowedBy: z.object({ author: z.string() }).optional(),
});

function add({ isOwn }: Evidence, { verdicts, open }: Index, entry: unknown): void {
  const read = line.safeParse(entry).data;
  if (read === undefined) return;
  const { resource, step, phase, actor, allowedBy } = read;
  if (phase !== "seen" && step === (resource === undefined ? "remove" : "destroy")) {
    if (phase === "before") open.set(nameOf(read), read.label);
    else open.delete(nameOf(read));
  }
  if (resource !== undefined || step === "remove" || (phase !== "after" && phase !== "seen")) return;
  if (step === "reactivate") verdicts.delete(nameOf({ ...read, step: "deactivate" }));
  else if (phase === "seen") {
    if (!verdicts.has(nameOf(read))) verdicts.set(nameOf(read), "unapproved");
  } else if (isOwn === true && allowedBy !== undefined && !isSamePerson(allowedBy.author, actor.iamId))
    verdicts.set(nameOf(read), "approved");
}

function nameOf({ instanceId, keyId, step }: Pick<KeyRef, "instanceId" | "keyId"> & { readonly step: string }): string {
  return `${instanceId}/${keyId}/${step}`;
}
