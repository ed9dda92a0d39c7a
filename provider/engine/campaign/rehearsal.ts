/**
 * The throwaway keys of a rehearsal, one per type of keystore, with a campaign and a state of their
 * own in the folder `rehearsal` inside the campaign's folder.
 */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { throwaway } from "../../lifecycle/campaign/plan-step.ts";
import { parseJson } from "../../text/encodings.ts";
import { createdOrFound } from "../commands/probe-key.ts";
import type { KeystoreSnapshot, TemplateSnapshot } from "../ports/containers.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { Campaign } from "./campaign-file.ts";
import { mebibyte } from "./file-forms.ts";

/** Inside the folder of the campaign. */
export const rehearsalFolder = "rehearsal";
export const rehearsalFileName = `${rehearsalFolder}/state.json`;
export const rehearsalWave = "rehearsal";

/** A template for each type of keystore in scope, and the types for which none can be used. */
export interface Place {
  readonly type: string;
  readonly vaultId: string;
  readonly vaultName: string;
  readonly template: string;
}

export async function findPlaces(
  world: World,
  scope: Campaign["scope"],
  options: CallOptions,
): Promise<{ readonly places: readonly Place[]; readonly without: readonly string[] }> {
  const vaults = (await world.vaults.list({}, options)).filter(({ id }) => scope.vaults?.includes(id) ?? true);
  const keystores = await world.keystores.list({}, options);
  const places = new Map<string, Place>();
  const types = new Set<string>();
  for (const { id: vaultId, name: vaultName } of vaults) {
    const own = keystores.filter((each) => each.vaultId === vaultId);
    for (const { type } of own) types.add(type);
    for (const template of await world.templates.list({ vaultId }, options)) {
      const type = template.keystoreType ?? "";
      if (!places.has(type) && isUsable(template, own)) {
        places.set(type, { type, vaultId, vaultName, template: template.name });
      }
    }
  }
  return { places: [...places.values()], without: [...types].filter((type) => !places.has(type)) };
}

/** Its keys begin as active, in keystores that respond. */
function isUsable(template: TemplateSnapshot, keystores: readonly KeystoreSnapshot[]): boolean {
  const { keystoreType, group, isArchived, keyState, namingScheme, types } = template;
  if (group === undefined || isArchived || keyState !== "active" || namingScheme !== "") return false;
  if (types.some((type) => type !== "user_defined")) return false;
  const placed = keystores.filter(({ type, groups }) => type === keystoreType && groups.includes(group));
  return (
    placed.length > 0 && placed.every(({ health }) => health !== "not_responding" && health !== "configuration_error")
  );
}

/** Creates one key, and returns its ID. Throws if no key was created, or if that is unknown. */
export async function makeRehearsalKey(world: World, place: Place, options: CallOptions): Promise<string> {
  const key = {
    vaultId: place.vaultId,
    templateName: place.template,
    label: `${throwaway.labelStart}${world.newId().slice(0, 8)}`,
    description: throwaway.description,
    tags: [],
  };
  return (await createdOrFound(world, key, await world.keys.create(key, options), options)).keyId;
}

/** The campaign of the throwaway keys. Each other key of these vaults is kept. */
export function rehearsalCampaign(instance: string, places: readonly Place[], keyIds: readonly string[]): string {
  return [
    "# Written by uko campaign rehearse.",
    "format: uko-campaign-1",
    "name: rehearsal",
    `instance: ${instance}`,
    "instanceEnds: false",
    "deadline: 2099-12-31",
    "scope:",
    `  vaults: [${[...new Set(places.map(({ vaultId }) => vaultId))].join(", ")}]`,
    "  kmsKeys: false",
    "waves:",
    // The rollback reactivates each key once, which is no failure here.
    `  - {name: ${rehearsalWave}, soak: 4h, maxFailures: ${keyIds.length}}`,
    "  - name: others",
    "rules:",
    `  - match: {id: [${keyIds.join(", ")}], label: "${throwaway.labelStart}*"}`,
    `    class: destroy`,
    `    wave: ${rehearsalWave}`,
    `    owner: rehearsal`,
    `    reason: Rehearsal on a throwaway key`,
    "  - {match: {}, class: keep, wave: others}",
    "",
  ].join("\n");
}

const format = "uko-rehearsal-1";
/** Whether the rollback of its keys is done, and what was seen of each assumption. */
const state = z.strictObject({
  format: z.literal(format),
  keys: z.array(z.strictObject({ vaultId: z.string(), keyId: z.string(), type: z.string() })).max(100),
  isRolledBack: z.boolean(),
  seen: z.record(z.string(), z.strictObject({ verdict: z.enum(["confirmed", "refuted"]), at: z.string() })),
});
export type RehearsalState = Omit<z.output<typeof state>, "format">;

interface ReadableFolder {
  readonly path: string;
  read(name: string, maxBytes: number): Promise<string | undefined>;
}

/** Undefined if no rehearsal was started. Throws UKO_CAMPAIGN_INVALID. */
export async function readRehearsal(folder: ReadableFolder): Promise<RehearsalState | undefined> {
  const text = await folder.read(rehearsalFileName, mebibyte);
  if (text === undefined) return undefined;
  const parsed = state.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${folder.path}/${rehearsalFileName} is not valid`,
    detail: "Nothing was changed. Next: restore it with git checkout",
  });
}

export function encodeRehearsal({ keys, isRolledBack, seen }: RehearsalState): string {
  return `${JSON.stringify({ format, keys, isRolledBack, seen }, undefined, 2)}\n`;
}
