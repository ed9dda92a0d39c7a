/**
 * Decides who may call the emulated UKO, and on which vault (uko-v4.md 1.4, 6). If the header `UKO-Vault` names another
 * vault than the object's, the object is not found; a change needs `If-Match` with the object's current ETag.
 */

import type { Call } from "../http/responses.ts";
import { Refusal } from "../http/responses.ts";
import type { Caller, Key, Stamps, Vault } from "../store/model.ts";
import { etagOf } from "../store/world.ts";
import { conflict, forbidden, invalid, missing, notFound } from "./envelope.ts";

export function requireRight(caller: Caller, right: string): void {
  if (!caller.identity.rights.has(right)) throw forbidden(right);
}

export function mayUseVault(caller: Caller, vaultId: string): boolean {
  return caller.identity.vaultIds === undefined || caller.identity.vaultIds.includes(vaultId);
}

/** Checks `UKO-Vault`. The header is ignored, unless it contradicts the object (U31). */
export function checkVault(call: Call, vaultId: string): void {
  const header = call.header("uko-vault");
  if (header !== undefined && header !== vaultId) throw notFound("object");
  if (!mayUseVault(call.caller(), vaultId)) throw forbidden("vaults.read");
}

/** Finds the key or older version that the path names, for a caller who may read it. */
export function keyOf(call: Call): Key {
  const caller = call.caller();
  requireRight(caller, "managed-keys.read");
  const key = call.world.keys.get(call.param("id"));
  if (key === undefined) {
    call.note({ keyId: call.param("id") });
    throw notFound("managed key");
  }
  checkVault(call, key.vaultId);
  return key;
}

/** The vault that a body names, for a caller who may use it. */
export function vaultNamed(call: Call, id: string): Vault {
  const vault = call.world.vaults.get(id);
  if (vault === undefined) throw notFound("vault");
  checkVault(call, id);
  return vault;
}

/** Checks `If-Match`, and refuses an older version, which can be read but not changed (U11). */
export function requireCurrent(call: Call, key: Key): void {
  checkIfMatch(call, key);
  if (key.headId !== undefined) throw conflict("invalid_state", "An older version of a key cannot be changed.");
}

/**
 * Checks `If-Match`: it is required, must not be `*`, and may have quotes (uko-v4.md 1.4, U2). The cloud build of 4.13.0
 * does not read it on S5.
 */
export function checkIfMatch(call: Call, object: Stamps): void {
  if (call.world.switches.cloudBuild && call.operation === "deleteKeystore") return;
  const header = call.header("if-match");
  if (header === undefined || header === "") throw missing("header", "If-Match");
  if (header === "*") throw invalid("header", "If-Match");
  if (header.replace(/^"(.*)"$/, "$1") === etagOf(object)) return;
  throw new Refusal(412, "precondition_failed", "The object was changed by another request.", {
    target: { type: "header", name: "If-Match" },
  });
}
