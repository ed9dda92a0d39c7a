/**
 * Asks every keystore in the vaults of a campaign for its present status. It also asks for the live
 * status of each managed key that the campaign lists and the service still has, of one wave if the
 * caller names it. The file reports what is not in order, as a check for each night. An object that
 * it cannot read is a finding, too. The check only reads: it never synchronizes a key.
 */

import { type Many, runAll } from "../../engine/loop/many.ts";
import type { KeystoreSnapshot } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { plain, sayStatus } from "../../engine/text/words.ts";
import { type ErrorCode, onCodes } from "../../errors.ts";
import type { CampaignSchedule, KeyInSchedule } from "./campaign-schedule.ts";
import type { CampaignInventory } from "./inventory.ts";
import type { CampaignView } from "./view.ts";

export interface Finding {
  readonly object: string;
  readonly label: string;
  readonly finding: string;
}

/** Errors that concern one key or one keystore. */
const concernOneObject: readonly ErrorCode[] = [
  "UKO_ACCESS_DENIED",
  "UKO_RESPONSE_INVALID",
  "UKO_RESPONSE_LOST",
  "UKO_KEY_NOT_FOUND",
  "UKO_NOT_FOUND",
  "UKO_RIGHTS_MISSING",
  "UKO_SERVICE_UNAVAILABLE",
];

export type LiveFindings = Awaited<ReturnType<typeof readLive>>;

export async function readLive(world: World, view: CampaignView, plan: CampaignSchedule, options: CallOptions) {
  const keystores = await keystoreFindings(world, view.inventory, options);
  return { keystores, keys: await keyFindings(world, plan.keys, options) };
}

async function keystoreFindings(
  world: World,
  { keystores, vaults }: CampaignInventory,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const scope = new Set(vaults.map(({ id }) => id));
  const { instanceId } = world.session;
  const check = {
    what: "Checking the keystores",
    items: keystores.filter(({ vaultId }) => scope.has(vaultId)),
    named: ({ id, vaultId, name }: KeystoreSnapshot) => ({ object: `${vaultId}/${id}`, label: plain(name, 100) }),
    async read({ id, vaultId }: KeystoreSnapshot) {
      const ref = { kind: "keystore", instanceId, vaultId, id } as const;
      const { health, healthMessage } = await world.keystores.status(ref, options);
      return health === "ok" ? [] : [`${health} ${healthMessage}`.trim()];
    },
  };
  return findEach(world, check, options);
}

async function keyFindings(
  world: World,
  keys: readonly KeyInSchedule[],
  options: CallOptions,
): Promise<readonly Finding[]> {
  const { instanceId } = world.session;
  const check = {
    what: "Reading the live status of keys",
    items: keys.filter(({ line, listed }) => line.kind === "managed" && listed !== undefined),
    named: ({ line, name }: KeyInSchedule) => ({ object: name, label: line.label }),
    async read({ line }: KeyInSchedule) {
      const { value } = await world.keys.liveStatus({ instanceId, vaultId: line.vault, keyId: line.id }, options);
      const faulty = value.filter(({ syncFlag, error }) => syncFlag !== "ok" || error !== undefined);
      return faulty.map(
        (each) => `${each.name}: ${sayStatus(each)}${each.error === undefined ? "" : `, ${each.error}`}`,
      );
    },
  };
  return findEach(world, check, options);
}

interface Check<Item> extends Pick<Many<Item, unknown>, "what" | "items"> {
  readonly named: (item: Item) => Pick<Finding, "object" | "label">;
  /** Returns what is out of order. */
  readonly read: (item: Item) => Promise<readonly string[]>;
}

/** An object that cannot be read is a finding, and does not hide the others. */
async function findEach<Item>(
  world: World,
  { named, read, ...many }: Check<Item>,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const act = async (item: Item): Promise<readonly Finding[]> => {
    const fault = onCodes(concernOneObject, ({ summary, code }): readonly string[] => [`${summary} [${code}]`]);
    const faults = await read(item).catch(fault);
    return faults.map((why) => ({ ...named(item), finding: plain(why, 300) }));
  };
  return (await runAll(world, { ...many, act }, options)).flat();
}
