/**
 * Runs the checks of `uko doctor`, and continues after each failure, so that one run reports every problem. Only
 * without an identity it ends, because it can check nothing else.
 */

import type { CallOptions, KeySnapshot, World } from "../ports/world.ts";
import {
  type Check,
  clockCheck,
  faultCheck,
  identityCheck,
  instanceCheck,
  listCheck,
  reachabilityCheck,
  settingsCheck,
  tagsCheck,
  uncheckedCheck,
  vaultsCheck,
  versionCheck,
  type WatchedCall,
} from "./doctor-messages.ts";

export interface Examined {
  readonly world: World;
  readonly endpoint?: string;
  readonly region?: string;
  /** Every call so far, oldest first. */
  readonly calls: () => readonly WatchedCall[];
}

/** The number of vaults whose keys are read. More vaults would show no more about rights. */
const maxVaults = 5;

export async function runChecks({ world, endpoint, region, calls }: Examined, options: CallOptions): Promise<Check[]> {
  const checks: Check[] = [settingsCheck(world.session, endpoint, region)];
  const look = async <T>(name: string, call: () => Promise<T>, tell: (found: T) => Check | readonly Check[]) => {
    world.progress.report(`Reading ${name}`);
    try {
      const found = await call();
      checks.push(...[tell(found)].flat());
      return found;
    } catch (error) {
      if (options.signal.aborted) throw error;
      checks.push(faultCheck(name, error));
      return undefined;
    }
  };
  const lookAtAll = <T>(name: string, list: () => Promise<readonly T[]>) =>
    look(name, list, (found) => listCheck(name, found.length, name.slice(0, -1)));

  const actor = await look("identity", () => world.session.actor(options), identityCheck);
  if (actor === undefined) return [...checks, uncheckedCheck({ isIdentityKnown: false })];
  const lookAtKms = async (): Promise<void> => {
    const before = calls().length;
    await look(
      "KMS keys",
      () => world.kmsKeys.list({}, options),
      (found) => [
        ...reachabilityCheck("KMS", calls().slice(before).at(-1)),
        listCheck("KMS keys", found.length, "KMS key"),
      ],
    );
  };
  if (world.session.isKeyProtect) {
    await lookAtKms();
    return [
      ...checks,
      clockCheck(calls().at(-1)?.skewMs),
      uncheckedCheck({ isIdentityKnown: true, vaults: 0, readVaults: 0 }),
    ];
  }
  const vaults = await look("vaults", () => world.vaults.list({}, options), vaultsCheck);
  const fromUko = calls().at(-1);
  if (fromUko !== undefined) {
    checks.push(...reachabilityCheck("service", fromUko), clockCheck(fromUko.skewMs));
    const prove = async (): Promise<boolean> => {
      await world.session.requireOwnInstance(options);
      return world.session.isInstanceProven(options);
    };
    await look("instance", prove, instanceCheck);
  }
  const vaultIds = (vaults ?? []).slice(0, maxVaults).map(({ id }) => id);
  // Keys can be listed only one vault at a time.
  const listKeys = () => listEach(vaultIds, (vaultId) => world.keys.list({ vaultId }, options));
  const keys = vaultIds.length === 0 ? undefined : await lookAtAll("keys", listKeys);
  const judge = async (): Promise<void> => judgeClock(world, [...(vaults ?? []), ...(keys ?? [])]);
  await look("clock", judge, () => []);
  const keystores = await lookAtAll("keystores", () => world.keystores.list({}, options));
  const templates = await lookAtAll("templates", () => world.templates.list({}, options));
  const hasData = [vaults, keys, keystores, templates].some((found) => found !== undefined && found.length > 0);
  const fields = hasData ? calls().flatMap((call) => call.fields) : [];
  checks.push(versionCheck(new Set(fields)), ...tagsOf(keys));
  await lookAtKms();
  const listed = { vaults: vaults?.length, readVaults: vaultIds.length };
  checks.push(uncheckedCheck({ isIdentityKnown: true, ...listed }));
  return checks;
}

/** Throws UKO_CLOCK_SKEW if the token, or the object that was changed last, contradicts the service's `Date`. */
function judgeClock({ session, serviceClock }: World, objects: readonly { readonly updatedAtMs?: number }[]): void {
  const serviceTimeMs = session.serviceTimeMs();
  if (serviceTimeMs === undefined) return;
  const updatedAtMs = Math.max(0, ...objects.map((each) => each.updatedAtMs ?? 0));
  serviceClock.decideAt("UKO", { serviceTimeMs, updatedAtMs }, "a vault or key");
}

function tagsOf(keys: readonly KeySnapshot[] | undefined): readonly Check[] {
  if (keys === undefined) return [];
  return [tagsCheck(keys.filter(({ tags }) => tags.length > 0).length, keys.length)];
}

async function listEach<T>(ids: readonly string[], list: (id: string) => Promise<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = [];
  for (const id of ids) found.push(...(await list(id)));
  return found;
}
