/** KMS key rings as objects of the deletion loop, which empties none of them. */

import { keystoreKindOf } from "../../lifecycle/keystore-kind.ts";
import { planRingDeletion, type RingObservation, type RingPlan } from "../../lifecycle/plan-ring-deletion.ts";
import type { Deletable, Outcome } from "../loop/converge.ts";
import { neededUntil } from "../loop/wait.ts";
import { plain } from "../text/words.ts";
import { toRingKey } from "./observe.ts";

interface RingTypes {
  readonly task: { readonly instanceId: string; readonly ring: string };
  readonly seen: { readonly observation: RingObservation; readonly nowMs: number };
  readonly step: { readonly kind: "delete" };
  readonly stop:
    | { readonly kind: "stopped"; readonly plan: Exclude<RingPlan, { kind: "ready" }> }
    | { readonly kind: "rights_missing"; readonly message: string };
  readonly memory: { readonly taken: readonly { readonly kind: "delete" }[]; readonly refusal?: string };
}

export type RingOutcome = Outcome<RingTypes>;

export const ringKind: Deletable<RingTypes> = {
  // One deletion, and one read after a refusal.
  maxRounds: 10,
  name: ({ ring }) => `the key ring ${plain(ring, 100)}`,
  start: () => ({ taken: [] }),
  async observe(world, { ring }, _wasSeen, options) {
    if (!(await world.kmsKeys.rings(options)).includes(ring)) return { kind: "gone" };
    const keys = (await world.kmsKeys.list({ ring }, options)).map(toRingKey);
    const internal = (await world.keystores.list({}, options)).filter((each) => keystoreKindOf(each) !== "external");
    // A keystore that does not report its ring may have any ring (uko-v4.md 3.7).
    const keystores = internal
      .filter((each) => each.ring === "" || each.ring.toLowerCase() === ring.toLowerCase())
      .map(({ name }) => name);
    return { kind: "present", observation: { ring, keys, keystores }, nowMs: world.session.serviceTimeMs() ?? 0 };
  },
  plan(_task, { observation }, { refusal }) {
    const plan = planRingDeletion(observation, refusal);
    return plan.kind === "ready" ? { step: { kind: "delete" } } : { stop: { kind: "stopped", plan } };
  },
  progress: (_step, { observation }) => `Deleting the key ring ${plain(observation.ring, 100)}`,
  async take(_step, { world, task: { ring }, options }) {
    const written = await world.kmsKeys.removeRing(ring, options);
    return written.kind === "done" ? { ...written, isGone: true } : written;
  },
  effectOf: (_step, _context, after) => (after.kind === "gone" ? "by_us" : "none"),
  remember(_step, result, { memory }) {
    if (result.kind === "refused") return { memory: { ...memory, refusal: result.message } };
    if (result.kind !== "forbidden") return { memory };
    return { memory, stop: { kind: "rights_missing", message: result.message } };
  },
  evidence: ({ kind: step }, _phase, { task: { instanceId, ring } }) => ({
    subject: { instanceId, resource: "key_ring", vaultId: "", keyId: ring, label: ring },
    step,
    from: "present",
    to: "absent",
    details: { keystores: [] },
  }),
  awaited(stop, { nowMs }) {
    if (stop.kind !== "stopped" || stop.plan.kind !== "waitingForTime") return undefined;
    const what = "Waiting for KMS to purge the metadata of the keys in the ring";
    return { neededMs: neededUntil(stop.plan.untilMs, nowMs), what };
  },
};
