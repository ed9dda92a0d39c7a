/**
 * Reads the evidence files in the folder of a campaign once, line by line, and keeps only what later commands need:
 * the last deactivation and destruction of each key, the last write to each key, what the service refused, and the keys
 * whose last step has no line that says how it ended. The evidence is unsigned, and each person who can write to the
 * folder can forge it. So it sorts, stops and informs: no line of it allows a step, and none keeps a key out of a run.
 */

import * as z from "zod";
import { plain } from "../../engine/text/words.ts";
import { type ApprovedStep, approvedSteps } from "../../lifecycle/vocabulary/observation.ts";
import { parseJson } from "../../text/json.ts";
import type { NotedStep } from "../rules/rollback.ts";
import { type CampaignFolder, linesOf, maxEvidenceBytes } from "./file-forms.ts";

export const evidenceFolder = "evidence";

export interface NotedWrite {
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A line that can keep an act from a person, who then reads where it stands. */
interface PlacedWrite extends NotedWrite {
  /** File and line, in words. */
  readonly place: string;
}

/** What the service answered to a step, and whose run noted it. */
export interface Refusal extends PlacedWrite {
  readonly step: ApprovedStep | "remove";
  readonly code: string;
  /** The words of the service. */
  readonly said: string;
}

/** For this long after a refusal, a run begins with the other keys. */
export const refusedForMs = 24 * 60 * 60 * 1000;

const taken = z.looseObject({ phase: z.literal("after"), vaultId: z.string(), keyId: z.string() });
const step = taken.extend({ step: z.enum(approvedSteps) });
const write = taken.extend({
  resource: z.literal("kms_key").optional(),
  time: z.iso.datetime(),
  actor: z.looseObject({ iamId: z.string() }),
});
const opening = write.extend({ resource: z.literal("kms_key"), step: z.literal("set_for_deletion") });
const refusal = write.extend({
  phase: z.literal("refused"),
  step: z.enum([...approvedSteps, "remove"]),
  refusal: z.looseObject({ code: z.string(), said: z.string() }),
});

/** A line about the last step on a key: the removal of a managed key, or the destruction of a KMS key. */
const lastStep = z.looseObject({
  phase: z.enum(["before", "after", "settled"]),
  step: z.enum(["destroy", "remove"]),
  resource: z.literal("kms_key").optional(),
  vaultId: z.string(),
  keyId: z.string(),
  label: z.string(),
  time: z.iso.datetime(),
});

export type ReadEvidence = Awaited<ReturnType<typeof summarizeEvidence>>;

export async function summarizeEvidence(folder: CampaignFolder) {
  /** The last time that a run of this folder took the step, by the name of the key. */
  const steps: Readonly<Record<ApprovedStep, Map<string, NotedStep>>> = { deactivate: new Map(), destroy: new Map() };
  /** The last write of each key, by its name. */
  const lastWrites = new Map<string, NotedWrite>();
  const refusals = new Map<string, Refusal>();
  /** Who opened the last deletion window of each KMS key, by its name, because KMS does not say so. */
  const windows = new Map<string, PlacedWrite>();
  /** When the last step on each key was begun, under which label, and when a line last said how it ended. */
  const begun = new Map<string, { readonly label: string; readonly at: string }>();
  const ended = new Map<string, string>();
  const noteLastStep = ({ phase, step: last, resource, vaultId, keyId, label, time: at }: z.infer<typeof lastStep>) => {
    if ((last === "remove") !== (resource === undefined)) return;
    const key = nameOf({ vaultId, keyId });
    if (phase !== "before") ended.set(key, latest(ended.get(key), at));
    else if (at >= (begun.get(key)?.at ?? "")) begun.set(key, { label, at });
  };
  const noteLine = (entry: unknown, place: string): void => {
    const last = lastStep.safeParse(entry).data;
    if (last !== undefined) noteLastStep(last);
    const refused = refusal.safeParse(entry).data;
    if (refused !== undefined) {
      const { time: at, actor, step: of, refusal: why } = refused;
      const noted = {
        step: of,
        code: plain(why.code, 60),
        said: plain(why.said, 300),
        ...{ at, by: plain(actor.iamId, 100), place },
      };
      if (at >= (refusals.get(nameOf(refused))?.at ?? "")) refusals.set(nameOf(refused), noted);
    }
    const noted = write.safeParse(entry).data;
    if (noted === undefined) return;
    const key = nameOf(noted);
    const { time: at, actor } = noted;
    if (at >= (lastWrites.get(key)?.at ?? "")) lastWrites.set(key, { by: actor.iamId, at });
    if (opening.safeParse(entry).success) windows.set(key, { by: actor.iamId, at, place });
    const of = step.safeParse(entry).data?.step;
    const atMs = Date.parse(at);
    if (of !== undefined && atMs >= (steps[of].get(key)?.atMs ?? 0)) steps[of].set(key, { by: actor.iamId, atMs });
  };
  for (const name of (await folder.list(evidenceFolder)).filter((each) => each.endsWith(".jsonl"))) {
    const file = `${evidenceFolder}/${name}`;
    let at = 0;
    for (const line of linesOf(folder.parts(file, maxEvidenceBytes))) {
      at += 1;
      noteLine(parseJson(line), `${plain(file, 200)}, line ${at}`);
    }
  }
  const open = [...begun].filter(([key, { at }]) => at > (ended.get(key) ?? ""));
  /** The labels of the keys whose last step was begun, and of which no line says how it ended. */
  const openSteps = new Map(open.map(([key, { label }]) => [key, label]));
  /** The managed keys of which a line says that their metadata was removed. */
  const removals = new Set([...ended.keys()].filter((key) => !key.startsWith("kms/")));
  return { steps, lastWrites, refusals, openSteps, removals, windows };
}

/** What the service refused to this step within 24 h, unless a later line says that a step was taken. */
export function refusalOf(
  { refusals, lastWrites }: Pick<ReadEvidence, "refusals" | "lastWrites">,
  key: string,
  of: Refusal["step"],
  nowMs: number,
): Refusal | undefined {
  const found = refusals.get(key);
  if (found === undefined || found.step !== of || (lastWrites.get(key)?.at ?? "") > found.at) return undefined;
  const agoMs = nowMs - Date.parse(found.at);
  // A line from the future would stay for good.
  return agoMs < refusedForMs && agoMs > -refusedForMs ? found : undefined;
}

function nameOf({ vaultId, keyId }: { readonly vaultId: string; readonly keyId: string }): string {
  return `${vaultId || "kms"}/${keyId}`;
}

function latest(known = "", at: string): string {
  return at > known ? at : known;
}
