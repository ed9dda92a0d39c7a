/**
 * Describes the caller for `uko whoami`. No call of the service reports rights, so uko tries each list and shows which
 * ones the caller may read.
 */

import { type ErrorCode, isUkoError, type UkoError } from "../../errors.ts";
import { mayAuthor } from "../../lifecycle/key/authorization.ts";
import { isPerson } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { identityCheck, type ListRight, type LogIn } from "./doctor-messages.ts";

/** Printed by `--json`. */
export interface Caller extends LogIn {
  readonly v: 1;
  readonly instanceId: string;
  readonly iamId?: string;
  readonly name: string;
  /** The identity that the service writes on keys; set if it differs, as in a trusted profile. */
  readonly writesAs?: string;
  readonly isPerson: boolean;
  readonly mayRequest: boolean;
  readonly lists: readonly ListRight[];
  readonly accountId?: string;
}

/** Keys of more vaults would show no more about rights. */
const maxVaults = 5;

/** Describes the caller from its token. The first list shows that the service accepts the token. */
export async function describeCaller(world: World, options: CallOptions): Promise<Caller> {
  const actor = await world.session.actor(options);
  const { identity, writesAs } = actor;
  let vaultIds: readonly string[] = [];
  const lists: ListRight[] = [];
  const tryList = async (...asked: Parameters<typeof listRight>): Promise<void> => {
    lists.push(await listRight(...asked));
  };
  const listInUko = async (): Promise<void> => {
    await tryList("vaults", async () => {
      vaultIds = (await world.vaults.list({}, options)).map(({ id }) => id);
      return vaultIds;
    });
    // Keys can be listed only one vault at a time.
    if (vaultIds.length === 0) lists.push({ what: "keys", result: "unknown" });
    else {
      const keys = await listRight("keys", async () => {
        const listed: unknown[] = [];
        for (const vaultId of vaultIds.slice(0, maxVaults))
          listed.push(...(await world.keys.list({ vaultId }, options)));
        return listed;
      });
      lists.push({ ...keys, ...(keys.result === "listed" && vaultIds.length > maxVaults && { isMore: true }) });
    }
    await tryList("keystores", () => world.keystores.list({}, options));
    await tryList("templates", () => world.templates.list({}, options));
  };
  const { isKeyProtect } = world.session;
  if (!isKeyProtect) await listInUko();
  // UKO would have refused an invalid token. So a 401 of its KMS is about this list: a role is missing there.
  const ofMissingRole = isKeyProtect ? [] : (["UKO_ACCESS_DENIED"] as const);
  await tryList("KMS keys", () => world.kmsKeys.list({}, options), ofMissingRole);
  const { accountId, expiresAtMs, isRenewed } = world.session.tokenClaims();
  return {
    v: 1,
    instanceId: world.session.instanceId,
    ...(identity?.iamId !== undefined && { iamId: identity.iamId }),
    name: actor.displayName,
    ...(writesAs?.iamId !== undefined && writesAs.iamId !== identity?.iamId && { writesAs: writesAs.iamId }),
    isPerson: identity !== undefined && isPerson(identity),
    mayRequest: identity !== undefined && isPerson(identity) && mayAuthor(actor),
    lists,
    ...(accountId !== undefined && { accountId }),
    ...(expiresAtMs !== undefined && { tokenExpiresAt: isoTime(expiresAtMs) }),
    isTokenRenewed: isRenewed,
  };
}

/** Explains in sentences who the caller is. The sentences are those of `uko doctor`. */
export async function explainCaller(world: World, options: CallOptions): Promise<readonly string[]> {
  const { says, do: advice } = identityCheck(await world.session.actor(options));
  return [`You are ${says}.`, ...(advice === undefined ? [] : [advice])];
}

/** A refused list says that a right is missing; only a fault of the whole run is thrown. `more` concern this list, too. */
async function listRight(
  what: ListRight["what"],
  list: () => Promise<readonly unknown[]>,
  more: readonly ErrorCode[] = [],
): Promise<ListRight> {
  try {
    return { what, result: "listed", count: (await list()).length };
  } catch (error) {
    if (!isUkoError(error) || !(concernOneList(error) || more.includes(error.code))) throw error;
    return { what, result: error.code === "UKO_RIGHTS_MISSING" ? "right_missing" : "unknown" };
  }
}

function concernOneList({ code }: UkoError): boolean {
  return code === "UKO_RIGHTS_MISSING" || code === "UKO_RESPONSE_INVALID" || code === "UKO_SERVICE_UNAVAILABLE";
}
