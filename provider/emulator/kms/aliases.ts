/**
 * Serves the calls that create and delete an alias of a KMS key, which is unique within the instance (kms-v2-and-iam.md
 * 2.2). The file also checks the aliases of a new key.
 */

import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { World } from "../store/world.ts";
import { kmsKeyOf, recordChange } from "./access.ts";
import { collection, invalidField, keyDeleted, refusal } from "./envelope.ts";

const maxAliases = 5;
const reserved = new Set(
  (
    "allowed_ip key keys metadata policy policies registration registrations ring rings rotate wrap unwrap rewrap " +
    "version versions"
  ).split(" "),
);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Refuses new aliases that are not valid, taken, or too many for a key with `existing` aliases. */
export function checkAliases(world: World, aliases: readonly string[], existing: number, what: string): void {
  for (const alias of aliases) {
    const isWellFormed = /^[A-Za-z0-9_-]{2,90}$/.test(alias);
    if (!isWellFormed || uuid.test(alias) || reserved.has(alias)) {
      const message = `Invalid field: alias ${alias}: 2 to 90 of A-Za-z0-9-_, no UUID, not reserved`;
      throw invalidField("aliases", what, message);
    }
  }
  if (existing + aliases.length > maxAliases) {
    throw invalidField("aliases", what, "Invalid field: aliases: a key has at most 5 aliases");
  }
  const isTwice = new Set(aliases).size < aliases.length;
  if (isTwice || aliases.some((alias) => world.kmsKeyNamed(alias) !== undefined)) {
    throw refusal(409, "KEY_ALIAS_NOT_UNIQUE_ERR", what, "The alias is in use within this instance");
  }
}

export function createAlias(call: Call): Reply {
  const what = "Alias could not be created";
  const key = kmsKeyOf(call, "kms.aliases.create", what);
  if (key.state === 5) throw keyDeleted(what);
  const alias = call.param("alias");
  checkAliases(call.world, [alias], key.aliases.length, what);
  const { iamId: createdBy } = call.caller();
  key.aliases.push({ alias, createdMs: call.nowMs, createdBy });
  call.world.kmsKeys.changed(key.id);
  const resource = { keyId: key.id, alias, createdBy, creationDate: toSecondsText(call.nowMs) };
  return collection("alias", [resource], { status: 201 });
}

export function deleteAlias(call: Call): Reply {
  const what = "Alias could not be deleted";
  const key = kmsKeyOf(call, "kms.aliases.delete", what);
  const alias = call.param("alias");
  if (!key.aliases.some((known) => known.alias === alias)) {
    throw refusal(404, "EMULATED_ALIAS_NOT_FOUND", what, "The key has no such alias");
  }
  key.aliases = key.aliases.filter((known) => known.alias !== alias);
  return recordChange(call, key, false);
}
