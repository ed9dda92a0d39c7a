/**
 * Collects signs that a key of a campaign is in use: CSV files that name keys, and the resources that UKO associates
 * with a key. Unless a person states a reason, a recent use blocks a key, and so does a use without a date (view.ts).
 * Signs in the former manifest stay until a command reads their source again, so that no command without that option
 * ends the block. A row that uko cannot read is an error. A key without any sign may still be in use. So the report
 * says if associated resources or every CSV file were not read; it does not name a former file that is missing now.
 */

import { runAll } from "../../engine/loop/many.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { count, maxNamed, plain } from "../../engine/text/words.ts";
import { invalidCsv, parseCsv } from "../files/csv.ts";
import type { NamedText } from "../files/joined-files.ts";
import { resourcesSource } from "../files/line-among-many.ts";
import { type ManifestKey, namedKey } from "../files/manifest.ts";
import { type CampaignInventory, idsOf, type ListedKey, namedListedKey } from "./inventory.ts";

type Use = ManifestKey["usage"][number];
type FreshUse = Omit<Use, "readAt">;

export interface Usage {
  of(key: ListedKey): Use[];
  readonly blindSpots: readonly string[];
}

export async function readUsage(
  world: World,
  inventory: CampaignInventory,
  { files, earlier }: UsageSources,
  options: CallOptions,
): Promise<Usage> {
  const byId = new Map<string, FreshUse[]>();
  const add = (id: string, use: FreshUse): void =>
    void byId.set(id.toLowerCase(), [...(byId.get(id.toLowerCase()) ?? []), use]);
  for (const file of files) addFile(file, world.sha256(file.text), add);
  const unread = await addResources(world, inventory, add, options);
  const before = new Map(earlier.map((line) => [namedKey(line), line.usage]));
  const sources = new Set(files.map(sourceOf));
  const readAt = new Date(inventory.nowMs).toISOString();
  const of = (key: ListedKey): Use[] => {
    const name = namedListedKey(key);
    const areResourcesRead = !unread.has(name);
    const isReadAgain = ({ source }: Use): boolean =>
      source === resourcesSource ? areResourcesRead : sources.has(source);
    const fresh = idsOf(key).flatMap((id) => byId.get(id.toLowerCase()) ?? []);
    return keepEvidence(before.get(name) ?? [], fresh, { isReadAgain, readAt });
  };
  return { of, blindSpots: blindSpotsOf(inventory, files, { unread: unread.size, of }) };
}

export interface UsageSources {
  readonly files: readonly NamedText[];
  /** The lines of the former manifest. */
  readonly earlier: readonly ManifestKey[];
}

/**
 * A manifest keeps evidence of use until a later plan reads the source again. Otherwise a plan without an option would
 * drop the evidence, and the keys would no longer be blocked. Unchanged evidence keeps its time, so that the line of the
 * key stays the same.
 */
function keepEvidence(
  before: readonly Use[],
  fresh: readonly FreshUse[],
  { isReadAgain, readAt }: { readonly isReadAgain: (use: Use) => boolean; readonly readAt: string },
): Use[] {
  const isSame = (use: FreshUse, { readAt: _, ...old }: Use): boolean => JSON.stringify(old) === JSON.stringify(use);
  const kept = before.filter((use) => !isReadAgain(use));
  const read = fresh.map((use) => before.find((old) => isSame(use, old)) ?? { ...use, readAt });
  return [...kept, ...read].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

const sourceOf = ({ name }: NamedText): string => plain(name, 100);

function addFile(file: NamedText, digest: string, add: (id: string, use: FreshUse) => void): void {
  const { name, text } = file;
  const columns = { required: ["key"], optional: ["lastUsed", "count"] };
  for (const [row, { key = "", lastUsed, count: uses }] of parseCsv(text, name, columns).entries()) {
    const day = dayIn(lastUsed ?? "");
    // If uko skipped a row that it cannot read, the use would count as no use, and the key as ready to delete.
    if (day === undefined || !/^[0-9]{0,15}$/.test(uses ?? "") || (lastUsed === undefined && uses === undefined)) {
      throw invalidCsv(name, `row ${row + 2} needs a lastUsed such as 2027-03-20, or a count`);
    }
    add(key, { source: sourceOf(file), digest, lastUsed: day, count: Number(uses ?? ""), names: [] });
  }
}

/** The day of a date or time in ISO 8601, which may be empty; undefined for any other text. */
function dayIn(text: string): string | undefined {
  if (text === "") return "";
  const ms = /^\d{4}-\d\d-\d\d(?:[T ]\S+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}

/** Returns the names of the keys whose resources could not be read. */
async function addResources(
  world: World,
  { keys }: CampaignInventory,
  add: (id: string, use: FreshUse) => void,
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const managed = keys.filter(({ traits }) => traits.kind === "managed");
  const { instanceId } = world.session;
  const unread = new Set<string>();
  const read = async (key: ListedKey) => {
    const ref = { instanceId, vaultId: key.traits.vaultId, keyId: key.traits.id };
    return { key, use: await world.keys.use(ref, options) };
  };
  const what = "Reading the associated resources of keys";
  for (const { key, use } of await runAll(world, { items: managed, what, act: read }, options)) {
    if (use.kind === "unreadable") unread.add(namedListedKey(key));
    else if (use.count > 0) {
      const digest = world.sha256(JSON.stringify(["uko-resources-1", namedListedKey(key), use.count, use.retainedBy]));
      const names = (use.resources ?? []).slice(0, maxNamed).map(({ name }) => plain(name, 100));
      add(namedListedKey(key), { source: resourcesSource, digest, lastUsed: "", count: use.count, names });
    }
  }
  return unread;
}

function blindSpotsOf(
  { keys }: CampaignInventory,
  files: readonly NamedText[],
  { unread, of }: { readonly unread: number } & Pick<Usage, "of">,
): readonly string[] {
  const external = keys.filter((key) => key.keystores.some(({ isInternal }) => !isInternal) && of(key).length === 0);
  const silent = keys.filter((key) => of(key).length === 0).length;
  return [
    ...(unread === 0 ? [] : [`The associated resources of ${count(unread, "key")} could not be read`]),
    ...(files.length === 0 ? ["No usage file was joined; use --usage"] : []),
    ...(external.length === 0
      ? []
      : [`UKO does not see who uses the copies of ${count(external.length, "key")} in other clouds`]),
    ...(silent === 0 ? [] : [`${count(silent, "key")} may still be in use, although no evidence of use exists`]),
  ];
}
