/**
 * Lists the states of a KMS key with KMS's numbers for them, and what each action does in each state (kms-v2-and-iam.md
 * 3, 3.1). It also lists the rights that KMS requires for its actions, and how long KMS can restore a destroyed key.
 */

import { type Cell, leadsTo, type Right, refused } from "../vocabulary/managed-key-states.ts";

/** KMS numbers its states 0, 1, 2, 3 and 5. There is no 4, and a purged key is absent. */
export const kmsKeyStates = ["pre_activation", "active", "suspended", "deactivated", "destroyed"] as const;
export type KmsKeyState = (typeof kmsKeyStates)[number];

/** A number that KMS added after this release becomes `unrecognized`, and uko never acts on it. */
export type ObservedKmsKeyState = KmsKeyState | "unrecognized";

export const kmsKeyActions = ["set_for_deletion", "unset_for_deletion", "destroy", "restore"] as const;
export type KmsKeyAction = (typeof kmsKeyActions)[number];

/** `Writer` and `Manager` are service roles of KMS, not of UKO (kms-v2-and-iam.md 7.7). */
const writers = ["KMS Writer", "KMS Manager"];
const managers = ["KMS Manager"];

export const kmsRights = {
  create: { action: "secrets.create", roles: writers },
  createWithPolicy: { action: "policies.write", roles: managers },
  readMetadata: { action: "secrets.readmetadata", roles: ["KMS Reader"] },
  list: { action: "secrets.list", roles: ["KMS Reader"] },
  rotate: { action: "secrets.rotate", roles: writers },
  move: { action: "secrets.patch", roles: managers },
  setForDeletion: { action: "secrets.setkeyfordeletion", roles: writers },
  unsetForDeletion: { action: "secrets.unsetkeyfordeletion", roles: writers },
  destroy: { action: "secrets.delete", roles: managers },
  restore: { action: "secrets.restore", roles: managers },
  readPolicies: { action: "policies.read", roles: managers },
  writePolicies: { action: "policies.write", roles: managers },
  writeAlias: { action: "aliases.create", roles: writers },
  deleteAlias: { action: "aliases.delete", roles: managers },
  createRing: { action: "key-rings.create", roles: writers },
  removeRing: { action: "key-rings.delete", roles: managers },
} as const satisfies Record<string, Right>;

const notActive = refused("kms-v2-and-iam.md 2.10, 10-9: only an active key is set or unset for deletion");
const neverSeen = refused("kms-v2-and-iam.md 2.5: the published table does not allow it for state 0");
const notDestroyed = refused("kms-v2-and-iam.md 2.6: the key is not destroyed");
const over = refused("kms-v2-and-iam.md 2.5, 2.10: 410 for a destroyed key");

export const kmsKeyTable: Readonly<Record<KmsKeyState, Readonly<Record<KmsKeyAction, Cell<KmsKeyState>>>>> = {
  pre_activation: {
    set_for_deletion: notActive,
    unset_for_deletion: notActive,
    destroy: neverSeen,
    restore: notDestroyed,
  },
  active: {
    set_for_deletion: leadsTo("active", true, kmsRights.setForDeletion, "kms-v2-and-iam.md 2.10"),
    unset_for_deletion: leadsTo("active", true, kmsRights.unsetForDeletion, "kms-v2-and-iam.md 2.10"),
    destroy: leadsTo("destroyed", true, kmsRights.destroy, "kms-v2-and-iam.md 2.5, restorable for 30 days"),
    restore: notDestroyed,
  },
  suspended: {
    set_for_deletion: notActive,
    unset_for_deletion: notActive,
    destroy: leadsTo("destroyed", true, kmsRights.destroy, "kms-v2-and-iam.md 2.5, restorable for 30 days"),
    restore: notDestroyed,
  },
  deactivated: {
    set_for_deletion: notActive,
    unset_for_deletion: notActive,
    destroy: leadsTo("destroyed", true, kmsRights.destroy, "kms-v2-and-iam.md 2.5, restorable for 30 days"),
    restore: notDestroyed,
  },
  destroyed: {
    set_for_deletion: over,
    unset_for_deletion: over,
    destroy: over,
    restore: leadsTo("active", true, kmsRights.restore, "kms-v2-and-iam.md 2.6"),
  },
};

/** How long after its deletion KMS can restore a key (kms-v2-and-iam.md 6). */
export const kmsRestoreMs = 30 * 24 * 60 * 60 * 1000;

/** KMS's own state, or that the key is set for deletion and pending approval. */
export const kmsLifecycleStates = ["pending_approval", ...kmsKeyStates, "unrecognized"] as const;
export type KmsLifecycleState = (typeof kmsLifecycleStates)[number];

const kmsNumbers: Readonly<Record<number, KmsKeyState>> = {
  0: "pre_activation",
  1: "active",
  2: "suspended",
  3: "deactivated",
  5: "destroyed",
};

export function kmsKeyStateOf(wire: number): ObservedKmsKeyState {
  return kmsNumbers[wire] ?? "unrecognized";
}

/** KMS's number for a state as people read it: `active`, `4`. */
export function kmsStateWord(wire: number): string {
  return kmsNumbers[wire] ?? String(wire);
}
