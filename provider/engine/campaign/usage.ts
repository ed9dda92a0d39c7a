/**
 * Evidence of use, joined to the keys of a campaign: CSV files by key or cloud ID, and associated
 * resources. Silence proves nothing, so each blind spot is named.
 */

import { runAll } from "../loop/many.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { count, plain } from "../text/words.ts";
import { invalidCsv, parseCsv } from "./csv.ts";
import { type CampaignInventory, idsOf, type ListedKey, namedListedKey } from "./inventory.ts";
import type { NamedText } from "./joined-files.ts";
import type { ManifestKey } from "./manifest.ts";

type Use = ManifestKey["usage"][number];

export interface Usage {
  of(key: ListedKey): Use[];
  readonly blindSpots: readonly string[];
}

export async function readUsage(
  world: World,
  inventory: CampaignInventory,
  { files, isLive }: { readonly files: readonly NamedText[]; readonly isLive: boolean },
  options: CallOptions,
): Promise<Usage> {
  const byId = new Map<string, Use[]>();
  const add = (id: string, use: Use): void =>
    void byId.set(id.toLowerCase(), [...(byId.get(id.toLowerCase()) ?? []), use]);
  for (const file of files) addFile(file, world.sha256(file.text), add);
  const unread = isLive ? await addResources(world, inventory, add, options) : 0;
  const of = (key: ListedKey): Use[] => idsOf(key).flatMap((id) => byId.get(id.toLowerCase()) ?? []);
  return { of, blindSpots: blindSpotsOf(inventory, files, { isLive, unread, of }) };
}

function addFile({ name, text }: NamedText, digest: string, add: (id: string, use: Use) => void): void {
  const columns = { required: ["key"], optional: ["lastUsed", "count"] };
  for (const [row, { key = "", lastUsed, count: uses }] of parseCsv(text, name, columns).entries()) {
    const day = dayIn(lastUsed ?? "");
    // A use that uko cannot read would count as no use, and the key as ready.
    if (day === undefined || !/^[0-9]{0,15}$/.test(uses ?? "") || (lastUsed === undefined && uses === undefined)) {
      throw invalidCsv(name, `row ${row + 2} needs a lastUsed such as 2027-03-20, or a count`);
    }
    add(key, { source: plain(name, 100), digest, lastUsed: day, count: Number(uses ?? "") });
  }
}

/** The day of a date or time in ISO 8601, which may be empty; undefined for any other text. */
function dayIn(text: string): string | undefined {
  if (text === "") return "";
  const ms = /^\d{4}-\d\d-\d\d(?:[T ]\S+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}

/** Returns the number of keys whose resources could not be read. */
async function addResources(
  world: World,
  { keys }: CampaignInventory,
  add: (id: string, use: Use) => void,
  options: CallOptions,
): Promise<number> {
  const managed = keys.filter(({ traits }) => traits.kind === "managed");
  const { instanceId } = world.session;
  let unread = 0;
  const read = async (key: ListedKey) => {
    const ref = { instanceId, vaultId: key.traits.vaultId, keyId: key.traits.id };
    return { key, use: await world.keys.use(ref, options) };
  };
  const what = "Reading the associated resources of keys";
  for (const { key, use } of await runAll(world, { items: managed, what, act: read }, options)) {
    if (use.kind === "unreadable") unread += 1;
    else if (use.count > 0) {
      const digest = world.sha256(JSON.stringify(["uko-resources-1", namedListedKey(key), use.count, use.retainedBy]));
      add(namedListedKey(key), { source: "associated_resources", digest, lastUsed: "", count: use.count });
    }
  }
  return unread;
}

function blindSpotsOf(
  { keys }: CampaignInventory,
  files: readonly NamedText[],
  { isLive, unread, of }: { readonly isLive: boolean; readonly unread: number } & Pick<Usage, "of">,
): readonly string[] {
  const external = keys.filter((key) => key.keystores.some(({ isInternal }) => !isInternal) && of(key).length === 0);
  const silent = keys.filter((key) => of(key).length === 0).length;
  return [
    ...(isLive ? [] : ["Associated resources were not read; use --associated-resources"]),
    ...(unread === 0 ? [] : [`The associated resources of ${count(unread, "key")} could not be read`]),
    ...(files.length === 0 ? ["No usage file was joined; use --usage"] : []),
    ...(external.length === 0
      ? []
      : [`UKO does not see who uses the copies of ${count(external.length, "key")} in other clouds`]),
    ...(silent === 0 ? [] : [`${count(silent, "key")} may still be in use, although no evidence of use exists`]),
  ];
}
