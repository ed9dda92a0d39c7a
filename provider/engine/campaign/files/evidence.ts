/**
 * Reads the evidence files (the logs of what commands did) in the folder of a campaign once, line by line, and keeps
 * only what later commands need: which keys commands deactivated, and the last write to each key. The evidence is
 * unsigned, and a person can edit it. So it can only stop steps of the campaign: no line of it allows a step.
 */

import * as z from "zod";
import { parseJson } from "../../../text/encodings.ts";
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

export async function readEvidence(folder: CampaignFolder) {
  /** Keys that runs of this folder deactivated, by their name. */
  const deactivated = new Set<string>();
  /** The last write of each key, by its name. */
  const lastWrites = new Map<string, NotedWrite>();
  for (const name of (await folder.list(evidenceFolder)).filter((each) => each.endsWith(".jsonl"))) {
    const file = `${evidenceFolder}/${name}`;
    for (const line of linesOf(folder.parts(file, maxEvidenceBytes))) {
      const entry = parseJson(line);
      const cutOff = deactivation.safeParse(entry).data;
      if (cutOff !== undefined) deactivated.add(`${cutOff.vaultId}/${cutOff.keyId}`);
      const noted = write.safeParse(entry).data;
      if (noted === undefined) continue;
      const key = `${noted.vaultId || "kms"}/${noted.keyId}`;
      if (noted.time >= (lastWrites.get(key)?.at ?? "")) {
        lastWrites.set(key, { by: noted.actor.iamId, at: noted.time });
      }
    }
  }
  return { deactivated, lastWrites };
}
