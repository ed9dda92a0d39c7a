/** Rotation (K9), with its effect on older versions (uko-v4.md 4.5, 4.6, U11-U13). */

import { hourMs } from "../clock.ts";
import { addVersion } from "../kms/new-key.ts";
import type { Key, KeystoreType, Placement, Template } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { conflict } from "./envelope.ts";
import { acceptingPlacements, begin, finish } from "./key-steps.ts";
import { hasSystemTag } from "./naming-scheme.ts";

/** New material under the same key ID; the older version gets an ID of its own. */
export function rotateKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "rotate");
  const template = world.templates.get(key.templateId);
  if (hasSystemTag(template?.namingScheme)) throw conflict("invalid_state", "The key is not rotatable.");
  const lastMs = key.rotatedMs ?? Number.NEGATIVE_INFINITY;
  if (nowMs - lastMs < hourMs) throw conflict("rotated_recently", "The key was rotated within the last hour.");
  const accepting = acceptingPlacements(call, key, "activate");
  const isDeactivated = template !== undefined && deactivatesOlder(template);
  const older: Key = {
    ...key,
    id: world.newId("key-version"),
    headId: key.id,
    state: isDeactivated ? "deactivated" : key.state,
    deactivatedMs: isDeactivated ? nowMs : undefined,
    placements: [],
    resources: [],
  };
  world.keys.set(older.id, older);
  for (const placement of accepting) rotateMaterial(call, template?.keystoreType, placement);
  key.version += 1;
  key.rotatedMs = nowMs;
  key.verification = world.newId("verification");
  const reply = finish(call, key);
  return world.switches.rotateStatus === 204 ? { status: 204 } : reply;
}

/** IBM's keystores and Google's AES keys have one active version; a template decides for others. */
function deactivatesOlder({ keystoreType, algorithm, deactivateOnRotation }: Template): boolean {
  const knowsOne = keystoreType === "ibm_cloud_kms" || (keystoreType === "google_kms" && algorithm === "aes");
  return knowsOne || deactivateOnRotation;
}

/** A twin keeps its ID. Elsewhere the ID of the material changes, in the keystore's own form. */
function rotateMaterial(call: Call, type: KeystoreType | undefined, placement: Placement): void {
  const { world, nowMs } = call;
  const twin = world.twinIn(placement);
  if (twin !== undefined) {
    addVersion(world, twin, nowMs);
    return;
  }
  const before = placement.idInKeystore;
  if (before === undefined) return;
  if (type === "google_kms") placement.idInKeystore = before.replace(/\d+$/, (count) => String(Number(count) + 1));
  else if (type === "azure_key_vault") {
    placement.idInKeystore = before.replace(/[^/]+$/, () => world.newId("azure-version"));
  } else placement.idInKeystore = before.replace(/[0-9a-f-]{36}$/, () => world.newId("external-key"));
}
