/**
 * Reads a KMS key by its ID; for a decision also what uses the key, and whether a keystore of UKO owns the key's ring.
 * For an open window, the file also reads who last wrote to the key's policy, because KMS does not report the setter.
 */

import { onCodes } from "../../errors.ts";
import { markOf } from "../../lifecycle/consent/record-text.ts";
import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import { keysKnownInRing } from "../../lifecycle/container/keystore-ring.ts";
import { factsServeForMs } from "../../lifecycle/key/after-step.ts";
import { kmsKeyStateOf, kmsStateWord } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { KmsKeyObservation, PolicyWriteSeen } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { assert } from "../../lifecycle/vocabulary/assert.ts";
import { beginDecision } from "../../lifecycle/vocabulary/permit.ts";
import { requireOwnInstance, seesEveryVault } from "../loop/absence.ts";
import type { ReadResult } from "../loop/deletable.ts";
import type { KeystoreSnapshot } from "../ports/containers.ts";
import type { KmsKeyRef, KmsKeySnapshot } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { plain } from "../text/words.ts";

export interface ObservedKmsKey {
  readonly observation: KmsKeyObservation;
  readonly snapshot: KmsKeySnapshot;
  /** The service's time at this read. */
  readonly nowMs: number;
}

/**
 * `summary` leaves out what only a step depends on: who uses the key, and whose ring it is in. `decision` is an
 * `inspection` by a run that is about to act: only its plan contains a permit.
 */
export type Depth = "summary" | "inspection" | "decision";

/**
 * Reads a KMS key. KMS's own 404 on this same instance proves the key gone, because a foreign key
 * gives a 401 (kms-v2-and-iam.md 2.4).
 * Throws UKO_INSTANCE_MISMATCH, and what the ports throw for faults and denied access.
 */
export async function observeKmsKey(
  world: World,
  ref: KmsKeyRef,
  depth: Depth,
  options: CallOptions,
): Promise<ReadResult<ObservedKmsKey>> {
  requireOwnInstance(world, ref, `KMS key ${ref.kmsKeyId}`);
  const { value: snapshot, serviceTimeMs } = await world.kmsKeys.read(ref, options);
  if (snapshot === undefined) return { kind: "gone" };
  assert(snapshot.kmsKeyId === ref.kmsKeyId, "a response is about the KMS key that was asked for");
  const { instanceId, kmsKeyId: id } = ref;
  const decision =
    depth === "decision" ? beginDecision({ instanceId, vaultId: "", id }, world.clock.monotonicMs) : undefined;
  const response = { serviceTimeMs, updatedAtMs: latestStampOf(snapshot) };
  const nowMs =
    depth !== "summary"
      ? world.serviceClock.decideAt("KMS", response, `KMS key ${ref.kmsKeyId}`)
      : world.serviceClock.showAt("KMS", response);
  const isDecided = depth !== "summary" && snapshot.state !== 5;
  const isSet = snapshot.state !== 5 && snapshot.windowEndsAtMs !== undefined;
  const policyWrite = isSet ? await policyWriteOf(world, ref, options) : undefined;
  const looked = {
    ...(decision !== undefined && { decision }),
    ...(world.signatures !== undefined && { signatures: { by: world.signatures.demand.by } }),
    ...(policyWrite !== undefined && { policyWrite }),
    ...(isDecided && {
      registrations: await world.kmsKeys.registrations(ref, options),
      ring: await ringOf(world, snapshot, options),
    }),
  };
  return { kind: "present", ...observedInSnapshot(snapshot, nowMs), observation: observationOf(snapshot, looked) };
}

/** KMS does not report the time of the last change; the latest time that it reports is used. */
function latestStampOf({ createdAtMs = 0, lastRotatedAtMs = 0, deletedAtMs = 0 }: KmsKeySnapshot): number {
  return Math.max(createdAtMs, lastRotatedAtMs, deletedAtMs);
}

/** What a response shows of the key, without a call of its own. */
export function observedInSnapshot(snapshot: KmsKeySnapshot, nowMs: number): ObservedKmsKey {
  return { observation: observationOf(snapshot, {}), snapshot, nowMs };
}

function observationOf(
  snapshot: KmsKeySnapshot,
  looked: Partial<Pick<KmsKeyObservation, "policyWrite" | "registrations" | "ring" | "signatures" | "decision">>,
): KmsKeyObservation {
  const { kmsKeyId, name, dualAuthDelete, windowEndsAtMs, deletedAtMs, purgeScheduledAtMs } = snapshot;
  const state = kmsKeyStateOf(snapshot.state);
  return {
    kmsKeyId,
    name,
    state,
    stateWord: kmsStateWord(snapshot.state),
    dualAuthDelete,
    registrations: { kind: "known", items: [] },
    ring: { kind: "own" },
    ...(windowEndsAtMs !== undefined && { windowEndsAtMs }),
    ...(deletedAtMs !== undefined && { deletedAtMs }),
    ...(purgeScheduledAtMs !== undefined && { purgeScheduledAtMs }),
    ...looked,
  };
}

async function policyWriteOf(world: World, ref: KmsKeyRef, options: CallOptions): Promise<PolicyWriteSeen | undefined> {
  const written = await world.kmsKeys.dualAuthPolicyWrite(ref, options);
  if (written === undefined) return undefined;
  const identityOf = (iamId: string) => ({ iamId, mark: markOf(iamId, world.sha256) });
  const { updatedBy, updatedAtMs, createdBy } = written;
  return {
    by: identityOf(updatedBy),
    atMs: updatedAtMs,
    ...(createdBy !== undefined && { createdBy: identityOf(createdBy) }),
  };
}

/** Leaves out the backing keys of managed keys. If the keystores cannot be read, all keys stay. */
export async function excludeKeystoreKeys(
  world: World,
  snapshots: readonly KmsKeySnapshot[],
  options: CallOptions,
): Promise<readonly KmsKeySnapshot[]> {
  const look = ringsIn(world, options);
  const kept: KmsKeySnapshot[] = [];
  for (const snapshot of snapshots) {
    if ((await look(snapshot)).kind !== "of_keystore") kept.push(snapshot);
  }
  return kept;
}

/**
 * Whether the key's ring belongs to a keystore of this same instance. The ring is an optional field
 * in UKO (uko-v4.md 3.7). If UKO does not name the ring, the managed keys show it
 * (`lifecycle/container/keystore-ring.ts`).
 */
export async function ringOf(world: World, key: KeyInRing, options: CallOptions): Promise<KeyRing> {
  const nowMs = world.session.serviceTimeMs() ?? 0;
  let rings = ringsOfRun.get(world);
  if (rings === undefined || nowMs - rings.readAtMs >= factsServeForMs) {
    rings = { readAtMs: nowMs, look: ringsIn(world, options) };
    ringsOfRun.set(world, rings);
  }
  let ring = await rings.look(key);
  if (ring.kind === "own" && !isKeyProtects(world, key)) {
    rings.isWhole ??= await seesEveryVault(world, options);
    if (!rings.isWhole) ring = limitedView;
  }
  if (ring.kind === "unknown") ringsOfRun.delete(world);
  return ring;
}

/** The rings of keystores as a run with many KMS keys read them; they serve for a minute (decision 0048). */
const ringsOfRun = new WeakMap<World, RingsOfRun>();

interface RingsOfRun {
  readonly readAtMs: number;
  readonly look: ReturnType<typeof ringsIn>;
  isWhole?: boolean;
}

type KeyRing = KmsKeyObservation["ring"];
type KeyInRing = Pick<KmsKeySnapshot, "kmsKeyId" | "crn" | "ring">;

/** Finds the rings of many keys, and reads each keystore once. */
function ringsIn(world: World, options: CallOptions): (key: KeyInRing) => Promise<KeyRing> {
  let listed: Promise<readonly KeystoreSnapshot[]> | undefined;
  const unnamed = new Map<string, Promise<UnnamedRing>>();
  const look = (keystore: KeystoreSnapshot): Promise<UnnamedRing> => {
    const found = unnamed.get(keystore.id) ?? findUnnamedRing(world, keystore, options);
    unnamed.set(keystore.id, found);
    return found;
  };
  const ringOfKey = async ({ kmsKeyId, ring }: KeyInRing): Promise<KeyRing> => {
    listed ??= world.keystores.list({ isWhole: true }, options);
    const keystores = (await listed).filter((each) => isInThisInstance(world, each));
    const named = keystores.find((each) => each.ring !== "" && isSameRing(each.ring, ring));
    if (named !== undefined) return { kind: "of_keystore", keystoreName: named.name };
    let emptyKeystore: string | undefined;
    for (const keystore of keystores.filter((each) => each.ring === "")) {
      const found = await look(keystore);
      if (found.kind === "unknown") return found;
      if (found.kind === "empty") emptyKeystore = keystore.name;
      else if (found.backingKeys.includes(kmsKeyId) || isSameRing(found.ring, ring)) {
        return { kind: "of_keystore", keystoreName: keystore.name };
      }
    }
    return { kind: "own", ...(emptyKeystore !== undefined && { emptyKeystore }) };
  };
  return async (key) => (isKeyProtects(world, key) ? { kind: "own" } : ringOfKey(key).catch(unknownRing));
}

/**
 * Internal keystores are key rings of a Hyper Protect Crypto Services instance; Key Protect has none. The settings and
 * the key have to agree: neither a person who calls the instance Key Protect nor a response alone ends this check.
 */
function isKeyProtects({ session }: World, { crn }: KeyInRing): boolean {
  return session.isKeyProtect && crn.split(":")[4] === "kms";
}

const limitedView: KeyRing = {
  kind: "unknown",
  reason:
    "The role of this identity is limited to some of the vaults, so uko does not see the keystores of the other vaults",
  remedy: "A person whose role covers the whole instance can take this step",
};

const unknownRing = onCodes(
  ["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED", "UKO_RESPONSE_INVALID"],
  ({ summary, detail }): KeyRing => {
    const reason = plain(`${summary}. ${detail}`.trim(), 400);
    return { kind: "unknown", reason, remedy: listingRequired };
  },
);
const listingRequired =
  "uko compares the key ring with the keystores of the instance, so its identity must be able to list them";
/** Enough to find one backing key that KMS has not purged yet. */
const maxBackingKeysRead = 5;

/** An instance may also be connected to itself through its address. */
function isInThisInstance({ session }: World, { type, variant, fields }: KeystoreSnapshot): boolean {
  return keystoreKindOf({ type, variant }) !== "external" || fields.ibm_instance_id === session.instanceId;
}

/** KMS's ring `default` is `Default` in UKO (uko-v4.md 3.8). */
function isSameRing(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

type UnnamedRing =
  | { readonly kind: "known"; readonly backingKeys: readonly string[]; readonly ring: string }
  | { readonly kind: "empty" }
  | Extract<KeyRing, { readonly kind: "unknown" }>;

async function findUnnamedRing(world: World, keystore: KeystoreSnapshot, options: CallOptions): Promise<UnnamedRing> {
  const { id, vaultId } = keystore;
  const keys = await world.keys.list({ vaultId }, options);
  const { instanceId } = world.session;
  let evidence = keysKnownInRing(id, keys, undefined);
  if (evidence.kind === "hidden" && evidence.why === "not_all_listed") {
    const { value } = await world.vaults.read({ kind: "vault", instanceId, vaultId, id: vaultId }, options);
    evidence = keysKnownInRing(id, keys, value?.snapshot.keysCount);
  }
  switch (evidence.kind) {
    case "empty":
      return evidence;
    case "hidden":
      if (evidence.why === "not_all_listed") {
        return hiddenRing(keystore, "uko could not verify that it can list every managed key of its vault");
      }
      return hiddenRing(keystore, `managed key "${plain(evidence.label, 60)}" ${hidingReasons[evidence.why]}`);
    case "backingKeys": {
      const backingKeys = evidence.kmsKeyIds;
      for (const kmsKeyId of backingKeys.slice(0, maxBackingKeysRead)) {
        const { value } = await world.kmsKeys.read({ instanceId, kmsKeyId }, options);
        if (value !== undefined) return { kind: "known", backingKeys, ring: value.ring };
      }
      return hiddenRing(keystore, "KMS no longer has the KMS keys of its managed keys");
    }
  }
}

const hidingReasons = {
  no_kms_key: "may be in this keystore, but does not name its KMS key",
  older_versions: "has older versions, which may be in this keystore",
} as const;

function hiddenRing({ name }: KeystoreSnapshot, why: string): UnnamedRing {
  const keystore = `keystore "${plain(name, 60)}"`;
  return {
    kind: "unknown",
    reason: `The service does not report the key ring of ${keystore}, and ${why}`,
    remedy: `Activate a managed key in ${keystore}, so that uko learns the key ring from it. If you do not need the keystore, delete it`,
  };
}
