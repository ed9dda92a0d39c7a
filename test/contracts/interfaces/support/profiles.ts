/**
 * The six named profiles of the emulator. `test:all` runs every scenario with each on the wire, and those of `quick` also with
 * the engines' CLIs: a profile changes what the service answers, which a CLI does not see. Other tiers take the documented one.
 */

import { createHash } from "node:crypto";
import { isWhole, tier } from "../../../support/tier.ts";
import { isOnWire } from "../interface-names.ts";

export const sixProfiles = [
  "documented",
  "tags-dropped",
  "tags-rejected",
  "sync-changes-writer",
  "backing-key-as-service",
  "stale-status",
] as const;
export type Profile = (typeof sixProfiles)[number];

/** All six on the wire in `npm run test:all`; otherwise `documented`, and on the wire also those that a scenario requires. */
export function profilesFor(...onWire: readonly Profile[]): readonly Profile[] {
  if (!isOnWire) return ["documented"];
  return isWhole ? sixProfiles : ["documented", ...onWire];
}

/** The same for a scenario that also a CLI takes with these profiles: in `quick` only with `documented`. */
export function profilesByTier(...always: readonly Profile[]): readonly Profile[] {
  if (isWhole) return sixProfiles;
  return tier === "quick" && !isOnWire ? ["documented"] : ["documented", ...always];
}

const iamIds = { Alice: "IBMid-550000ALICE", Bob: "IBMid-550000BOB", Carol: "IBMid-550000CAROL" } as const;

/** How messages name the author of a record after another person wrote to the key: by the mark alone if the record is compact. */
export function sayFormerAuthorUnder(profile: string, name: keyof typeof iamIds): string {
  if (keepsTags(profile)) return sayAuthorUnder(profile, name);
  return `the identity with mark ${createHash("sha256").update(iamIds[name]).digest("hex").slice(0, 16)}`;
}

/** How messages name the author of a record: where tags are not kept, the compact record has no room for the name. */
export function sayAuthorUnder(profile: string, name: keyof typeof iamIds): string {
  const id = iamIds[name];
  return keepsTags(profile) ? `${id} ("${name} Example")` : id;
}

/** Whether a key's tags keep a record; otherwise the description carries the record. */
export function keepsTags(profile: string): boolean {
  return profile !== "tags-dropped" && profile !== "tags-rejected";
}
