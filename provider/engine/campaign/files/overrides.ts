/**
 * Reads and writes `overrides.jsonl`, the statements of people who acted on a blackout day, each with a reason.
 * People who continued a wave after failures had stopped it leave such a statement, too. The file allows nothing by
 * itself. After a stop, a wave again begins with a few keys, which people check before the rest. The times in this file
 * only decide which keys count as checked since the stop.
 */

import * as z from "zod";
import { parseJson } from "../../../text/json.ts";
import { type CampaignFolder, maxEvidenceBytes } from "./file-forms.ts";

const overridesFileName = "overrides.jsonl";

const override = z.looseObject({ at: z.iso.datetime(), wave: z.string(), step: z.string(), resume: z.string() });

interface Override {
  readonly at: string;
  readonly by: string;
  readonly wave: string;
  readonly step: string;
  readonly emergency?: string | undefined;
  /** The digest of the stop after which the wave continues. */
  readonly resume?: string | undefined;
  readonly reason?: string | undefined;
}

/** When a person first resumed the wave after this stop; infinite if no person has. */
export async function resumedAtMs(
  folder: CampaignFolder,
  { wave, step, resume }: Pick<Override, "wave" | "step"> & { readonly resume: string },
): Promise<number> {
  const text = (await folder.read(overridesFileName, maxEvidenceBytes)) ?? "";
  const times = text.split("\n").flatMap((line) => {
    const { data } = override.safeParse(parseJson(line));
    return data?.wave === wave && data.step === step && data.resume === resume ? [Date.parse(data.at)] : [];
  });
  return Math.min(...times);
}

export async function appendOverride(folder: CampaignFolder, line: Override): Promise<void> {
  await folder.append(overridesFileName, `${JSON.stringify(line)}\n`);
}
