/**
 * Reads the evidence files in the folder of a campaign once, line by line, and keeps only what later commands need:
 * which keys commands deactivated, the last write to each key, and the keys whose last step has no line that says how
 * it ended. The evidence is unsigned, and a person can edit it. So it can only stop steps of the campaign: no line of
 * it allows a step.
 */

import * as z from "zod";
import { parseJson } from "../../../text/json.ts";
import { type CampaignFolder, linesOf, maxEvidenceBytes } from "./file-forms.ts";

export const evidenceFolder = "evidence";

export interface NotedWrite {
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

const taken = z.looseObject({ phase: z.literal("after"), vaultId: z.string(), keyId: z.string() });
const deactivation = taken.extend({ step: z.literal("deactivate") });
/** An acceptance is a line of the folder, and not a write to the key. */
const write = taken.extend({
  resource: z.literal("kms_key").optional(),
  time: z.iso.datetime(),
  actor: z.looseObject({ iamId: z.string() }),
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

export async function readEvidence(folder: CampaignFolder) {
  /** Keys that runs of this folder deactivated, by their name. */
  const deactivated = new Set<string>();
  /** The last write of each key, by its name. */
  const lastWrites = new Map<string, NotedWrite>();
  /** When the last step on each key was begun, under which label, and when a line last said how it ended. */
  const begun = new Map<string, { readonly label: string; readonly at: string }>();
  const ended = new Map<string, string>();
  const noteLastStep = ({ phase, step, resource, vaultId, keyId, label, time: at }: z.infer<typeof lastStep>): void => {
    if ((step === "remove") !== (resource === undefined)) return;
    const key = `${vaultId || "kms"}/${keyId}`;
    if (phase !== "before") ended.set(key, latest(ended.get(key), at));
    else if (at >= (begun.get(key)?.at ?? "")) begun.set(key, { label, at });
  };
  for (const name of (await folder.list(evidenceFolder)).filter((each) => each.endsWith(".jsonl"))) {
    const file = `${evidenceFolder}/${name}`;
    for (const line of linesOf(folder.parts(file, maxEvidenceBytes))) {
      const entry = parseJson(line);
      const cutOff = deactivation.safeParse(entry).data;
      if (cutOff !== undefined) deactivated.add(`${cutOff.vaultId}/${cutOff.keyId}`);
      const last = lastStep.safeParse(entry).data;
      if (last !== undefined) noteLastStep(last);
      const noted = write.safeParse(entry).data;
      if (noted === undefined) continue;
      const key = `${noted.vaultId || "kms"}/${noted.keyId}`;
      if (noted.time >= (lastWrites.get(key)?.at ?? "")) {
        lastWrites.set(key, { by: noted.actor.iamId, at: noted.time });
      }
    }
  }
  const open = [...begun].filter(([key, { at }]) => at > (ended.get(key) ?? ""));
  /** The labels of the keys whose last step was begun, and of which no line says how it ended. */
  const openSteps = new Map(open.map(([key, { label }]) => [key, label]));
  return { deactivated, lastWrites, openSteps };
}

function latest(known = "", at: string): string {
  return at > known ? at : known;
}
