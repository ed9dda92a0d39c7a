/** Reads keys live if their steps are not in the evidence. Changes nothing. */

import { findLeftoverMaterial } from "../../lifecycle/guards.ts";
import { describeKey } from "../key/evidence.ts";
import { observeKey } from "../key/observe.ts";
import { isoTime } from "../loop/evidence.ts";
import type { EvidenceKey } from "../ports/evidence.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { factsOf, subjectName } from "./key-history.ts";
import type { CertificateKey, Person } from "./statement.ts";

/** Several keys as one caller read them. */
export interface LiveReading {
  readonly instanceId: string;
  readonly reader: Person;
  readonly keys: readonly LiveKey[];
}

type LiveKey = { readonly ref: KeyRef } & (
  | { readonly kind: "gone" }
  | {
      readonly kind: "present";
      readonly state: string;
      /** Whether the key is destroyed and every keystore reports live that the key is gone. */
      readonly isGone: boolean;
      readonly label: string;
      readonly readAt: string;
      readonly key: EvidenceKey;
    }
);

/** Throws what the reads throw; a key that the vault does not have is `gone`. */
export async function readKeysLive(
  world: World,
  keys: readonly { readonly vaultId: string; readonly keyId: string }[],
  options: CallOptions,
): Promise<LiveReading> {
  const { instanceId } = world.session;
  const actor = await world.session.actor(options);
  const read: LiveKey[] = [];
  for (const path of keys) {
    const ref = { instanceId, ...path };
    const seen = await observeKey(world, ref, "decision", options);
    if (seen.kind === "gone") read.push({ ref, kind: "gone" });
    else {
      const { stateWord: state, facts } = seen.observation;
      const isGone = findLeftoverMaterial(seen.observation, seen.nowMs).kind === "nothing";
      const readAt = isoTime(seen.nowMs);
      read.push({ ref, kind: "present", state, isGone, label: facts.label, readAt, key: describeKey(seen) });
    }
  }
  return { instanceId, reader: { iamId: actor.identity?.iamId ?? "", name: actor.displayName }, keys: read };
}

/** The keys as a certificate states them if their steps were not recorded. */
export function unwatchedKeys({ keys, reader }: LiveReading): readonly CertificateKey[] {
  return keys.map((each) => {
    const { ref } = each;
    const common = {
      subject: subjectName(ref),
      vaultId: ref.vaultId,
      keyId: ref.keyId,
      isWatched: false,
      steps: [],
      observer: reader,
    };
    if (each.kind === "gone") {
      return { ...common, label: "", outcome: "absent", keystores: [], areKeystoresLive: false, kmsKeys: [] };
    }
    const { key } = each;
    return {
      ...common,
      label: each.label,
      outcome:
        each.state === "destroyed" && !each.isGone ? "pending_destruction" : (outcomeBy[each.state] ?? "not_ended"),
      ...factsOf(certifiable(key)),
      keystores: [...key.keystores],
      keystoresReadAt: each.readAt,
      areKeystoresLive: key.isLive,
      kmsKeys: [...key.kmsKeys],
    };
  });
}

const outcomeBy: Readonly<Record<string, CertificateKey["outcome"]>> = {
  destroyed: "destroyed",
  deactivated: "deactivated",
};

/** The facts that a certificate has of a key; who wrote last is not one of them. */
function certifiable({ record: _record, updatedAt: _at, updatedBy: _by, keystores, kmsKeys, ...facts }: EvidenceKey) {
  return { ...facts, keystores: [...keystores], kmsKeys: [...kmsKeys] };
}
