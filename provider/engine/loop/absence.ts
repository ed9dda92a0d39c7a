/**
 * Decides whether an object of UKO is gone, after the service did not find it (404). The 404 of another instance proves
 * nothing, and in doubt this file throws an error: an engine with a wrong address would otherwise drop keys from its
 * state that still exist.
 */

import { UkoError } from "../../errors.ts";
import { isGone } from "../../lifecycle/stored-state/gone.ts";
import type { VaultSnapshot } from "../ports/containers.ts";
import type { CallOptions, World } from "../ports/world.ts";

interface Place {
  readonly instanceId: string;
}

/**
 * Throws UKO_INSTANCE_MISMATCH if the state names another instance. `what` is the start of the sentence, such as "Key
 * 4f0c…".
 */
export function requireOwnInstance({ session }: World, { instanceId }: Place, what: string): void {
  if (instanceId !== session.instanceId) throw instanceMismatch(session.instanceId, instanceId, what);
}

function instanceMismatch(own: string, other: string, what: string): UkoError {
  return new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `${what} belongs to instance ${other}, but this run is connected to instance ${own}`,
    detail: [
      "Nothing was changed. The state and the settings name different instances, and either can be wrong.",
      "Next: to see which instance answers, run `uko doctor`. Then correct the wrong one.",
    ].join("\n"),
  });
}

interface Missing extends Place {
  readonly vaultId: string;
  /** The start of a sentence, as in `requireOwnInstance`. `noun` is the noun alone. */
  readonly what: string;
  readonly noun: string;
  /** Present for a vault, which is its own vault. Its 404 counts if this run read the vault before. */
  readonly ownVault?: { readonly wasSeen: boolean };
}

/** Decides after a 404 whether the object is gone. Throws UKO_INSTANCE_MISMATCH and UKO_GONE_UNPROVEN. */
export async function goneOrThrow(
  world: World,
  { instanceId, vaultId, what, noun, ownVault }: Missing,
  options: CallOptions,
): Promise<{ readonly kind: "gone" }> {
  const { session, containers } = world;
  const vault = ownVault === undefined ? await containers.vaultExists(vaultId, options) : "not_found";
  const isInstanceProven =
    ownVault?.wasSeen === true || (vault === "not_found" && (await session.isInstanceProven(options)));
  const verdict = isGone({ isSameInstance: instanceId === session.instanceId, vault, isInstanceProven });
  if (verdict.kind === "gone") return { kind: "gone" };
  if (verdict.why === "other_instance") throw instanceMismatch(session.instanceId, instanceId, what);
  const why =
    verdict.why === "vault_unknown"
      ? `Could not find out whether its vault ${vaultId} exists.`
      : ownVault === undefined
        ? `Its vault ${vaultId} was not found either: an ID is mistyped, or another instance answered.`
        : "Another instance may have answered.";
  throw new UkoError("UKO_GONE_UNPROVEN", {
    summary: `${what} was not found, but uko could not verify that it was deleted`,
    detail: [
      why,
      `Nothing was changed, and the ${noun} stays in the state.`,
      `Check that the endpoint belongs to instance ${instanceId}. Without UKO_ENDPOINT, uko gets the endpoint from IBM's broker, which proves the instance.`,
    ].join("\n"),
  });
}

/** The vaults that the caller may list, for display: an instance of Key Protect has none. */
export async function vaultsOf({ session, vaults }: World, options: CallOptions): Promise<readonly VaultSnapshot[]> {
  return session.isKeyProtect ? [] : vaults.list({}, options);
}

/**
 * Whether the lists of this caller can show the keystores of every vault. A role may be limited to single vaults
 * (uko-v4.md 6), which lists do not show. uko asks for a vault that does not exist: a limited caller has no right to it
 * and gets another response than 404 (uko-v4.md 9 U39).
 */
export async function seesEveryVault({ containers, newId }: World, options: CallOptions): Promise<boolean> {
  return (await containers.vaultExists(newId(), options)) === "not_found";
}
