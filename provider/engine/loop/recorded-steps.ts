/**
 * Reads from the evidence of this machine whether two people stood behind the deactivation or destruction of a key, or
 * whether a run has already noted that no approval of it is known. The answer decides only whether a person confirms the
 * removal of a destroyed key by hand, and never whether a step may be taken.
 *
 * That two people stood behind a step counts only in the file in the user's own state folder. A pipeline can get a file
 * that UKO_EVIDENCE names from a place where others write. Mallory could destroy a key alone, and add a line to the file
 * that credits two people. That no approval is known counts in each file, because it only makes a run stricter.
 *
 * The file is read once in a process, at the first destroyed key, and only its lines about these steps are parsed.
 */

import * as z from "zod";
import { isSamePerson } from "../../lifecycle/vocabulary/iam-id.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { parseJson } from "../../text/encodings.ts";
import type { Evidence } from "../ports/evidence.ts";
import type { KeyRef } from "../ports/world.ts";

type Verdict = "approved" | "unapproved";
type Verdicts = Map<string, Verdict>;

const indexes = new WeakMap<Evidence, Verdicts>();

/** What the evidence says of the step; undefined if it does not have the step, or cannot be read. */
export function recordedStep(evidence: Evidence, ref: KeyRef, step: ApprovedStep): Verdict | undefined {
  return indexOf(evidence).get(nameOf({ ...ref, step }));
}

/** Adds a line that this process has just written. */
export function rememberLine(evidence: Evidence, line: unknown): void {
  const index = indexes.get(evidence);
  if (index !== undefined) add(evidence, index, line);
}

function indexOf(evidence: Evidence): Verdicts {
  const known = indexes.get(evidence);
  if (known !== undefined) return known;
  const index: Verdicts = new Map();
  for (const text of evidence.lines?.() ?? []) if (aboutSteps.test(text)) add(evidence, index, parseJson(text));
  indexes.set(evidence, index);
  return index;
}

const aboutSteps = /"step":"(?:deactivate|reactivate|destroy)"/;

const line = z.object({
  resource: z.undefined().optional(),
  instanceId: z.string(),
  keyId: z.string(),
  step: z.enum(["deactivate", "reactivate", "destroy"]),
  phase: z.enum(["after", "seen"]),
  actor: z.object({ iamId: z.string() }),
  allowedBy: z.object({ author: z.string() }).optional(),
});

function add({ isOwn }: Evidence, index: Verdicts, entry: unknown): void {
  const read = line.safeParse(entry).data;
  if (read === undefined) return;
  const { step, phase, actor, allowedBy } = read;
  if (step === "reactivate") index.delete(nameOf({ ...read, step: "deactivate" }));
  else if (phase === "seen") {
    if (!index.has(nameOf(read))) index.set(nameOf(read), "unapproved");
  } else if (isOwn === true && allowedBy !== undefined && !isSamePerson(allowedBy.author, actor.iamId))
    index.set(nameOf(read), "approved");
}

function nameOf({ instanceId, keyId, step }: Pick<KeyRef, "instanceId" | "keyId"> & { readonly step: string }): string {
  return `${instanceId}/${keyId}/${step}`;
}
