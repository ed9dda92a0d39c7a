/**
 * Defines the form in which the manifest repeats the rules of a wave, and fills this form from campaign.yaml. Only
 * rules that do not concern single keys are here. Examples are blackouts and the soak, the wait between deactivation
 * and destruction. The digest (a hash) of the wave covers the rules. So a person who reviews the wave also reviews its
 * rules. The file also writes most of the rules as one line for the reviewer.
 */

import * as z from "zod";
import { dayMs } from "../rules/campaign.ts";
import { defaultSoakMs, windowUsableMs } from "../rules/schedule.ts";
import { type Campaign, unnamed, warningWords } from "./campaign-file.ts";

const text = z.string();

/** The order of these properties is the order in the manifest. */
export const waveSettings = z.strictObject({
  after: z.array(text),
  soak: text,
  maxFailures: z.number().int().min(0),
  ticket: text.optional(),
  deadline: text,
  instanceEnds: z.boolean(),
  takingPart: z.array(text),
  warningWords,
  blackouts: z.array(z.strictObject({ from: text, until: text, reason: text })),
});
export type WaveSettings = z.output<typeof waveSettings>;

/** Undefined for a wave that the campaign no longer has. Keys that no rule names form a wave without steps. */
export function settingsOf(campaign: Campaign, name: string): WaveSettings | undefined {
  const wave = name === unnamed.wave ? noSteps : campaign.waves.find((each) => each.name === name);
  if (wave === undefined) return undefined;
  const { after, soakMs, maxFailures, ticket } = wave;
  return {
    after,
    soak: soakMs === undefined ? defaultSoak : sayPeriod(soakMs),
    maxFailures,
    ...(ticket !== undefined && { ticket }),
    deadline: dayOf(campaign.deadline),
    instanceEnds: campaign.instanceEnds,
    takingPart: campaign.takingPart,
    warningWords: campaign.warningWords,
    blackouts: campaign.blackouts.map(({ fromMs, untilMs, reason }) => ({
      ...{ from: dayOf(fromMs), until: dayOf(untilMs), reason },
    })),
  };
}

/** A word counts until both campaign.yaml and the manifest no longer have it, so that an edit alone silences no warning. */
export function warningWordsOf(
  campaign: Pick<Campaign, "warningWords">,
  waves: readonly { readonly settings: Pick<WaveSettings, "warningWords"> }[],
): readonly string[] {
  return [...new Set([...campaign.warningWords, ...waves.flatMap(({ settings }) => settings.warningWords)])];
}

const noSteps: Campaign["waves"][number] = {
  ...{ name: unnamed.wave, after: [], soakMs: undefined, maxFailures: 0 },
};

/** A soak that campaign.yaml states is another rule, even if it is as long, because it is the same for every key. */
const defaultSoak = `${sayPeriod(defaultSoakMs)}, ${sayPeriod(windowUsableMs)} with KMS dual authorization`;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Writes a period as `campaign.yaml` accepts it: `5d`, `4h`, `270m`. */
function sayPeriod(ms: number): string {
  const hourMs = dayMs / 24;
  if (ms % dayMs === 0) return `${ms / dayMs}d`;
  return ms % hourMs === 0 ? `${ms / hourMs}h` : `${ms / 60_000}m`;
}

/** Writes the settings as one line for the reviewer. */
export function saySettings({ after, soak, maxFailures, ticket, takingPart }: WaveSettings): string {
  return [
    `soak ${soak}`,
    `maxFailures ${maxFailures}`,
    ...(after.length > 0 ? [`after ${after.join(", ")}`] : []),
    ...(ticket === undefined ? [] : [`ticket ${ticket}`]),
    ...(takingPart.length > 0 ? [`takingPart ${takingPart.length}`] : []),
  ].join("; ");
}
