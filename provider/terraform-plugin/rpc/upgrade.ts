/**
 * Serves UpgradeResourceState and UpgradeResourceIdentity, which read a state that this release or an earlier one
 * wrote. The file also records the names of the objects in state, so that the plan of a new object can find a name that
 * is taken.
 */

import { UkoError } from "../../errors.ts";
import { resourceNamed, typeOf, writeObject } from "../blocks.ts";
import { identityTypeOf } from "../identity.ts";
import type { Call } from "../session.ts";
import { encodeValue, type ObjectValue, readJson, textOf } from "../values.ts";

export const upgradeResourceState: Call<"upgradeResourceState"> = async ({ memory }, request) => {
  const { typeName, version, rawState } = request;
  const resource = resourceNamed(typeName);
  requireKnown(`The state of this ${typeName}`, version, resource.block.version);
  const json = textOf(rawState?.json);
  if (json === "") {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The state of this ${typeName} has a form that no release writes`,
    });
  }
  // Version 0 is the only version so far. Attributes that a release adds or drops within it are read as absent.
  const values = readJson(json, typeOf(resource)) as ObjectValue | null;
  if (values !== null) memory.trackExisting(resource, values);
  return { upgradedState: writeObject(values, resource) };
};

export const upgradeResourceIdentity: Call<"upgradeResourceIdentity"> = async (_session, request) => {
  const { typeName, version, rawIdentity } = request;
  const resource = resourceNamed(typeName);
  requireKnown(`The identity of this ${typeName}`, version, resource.identity.version);
  const type = identityTypeOf(resource);
  const json = textOf(rawIdentity?.json);
  return { upgradedIdentity: { identityData: { msgpack: encodeValue(readJson(json || "null", type), type) } } };
};

/** Throws UKO_INPUT_INVALID if a later release wrote this: its values may mean something else. */
function requireKnown(what: string, version: bigint, known: number): void {
  if (version <= BigInt(known)) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${what} was written by a later release of the provider`,
    detail: `It has schema version ${version}, but this release knows only ${known}. Use a newer release.`,
  });
}
