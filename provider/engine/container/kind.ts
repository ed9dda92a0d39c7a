/**
 * Describes the deletion of vaults, keystores, templates and KMS key rings to the loop, and sends the call that deletes
 * each. The file also reads key rings.
 */

import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import {
  type ContainerPlan,
  type ContainerPolicy,
  type ContainerRun,
  planContainerDeletion,
} from "../../lifecycle/container/plan-container-deletion.ts";
import { planRingDeletion, type RingObservation, type RingPlan } from "../../lifecycle/container/plan-ring-deletion.ts";
import type { Actor } from "../../lifecycle/vocabulary/observation.ts";
import { beginDecision, type Permit, requirePermit } from "../../lifecycle/vocabulary/permit.ts";
import type { StepsTaken } from "../../lifecycle/vocabulary/steps-taken.ts";
import { seesEveryVault } from "../loop/absence.ts";
import { neededUntil } from "../loop/converge.ts";
import type { Deletable, Effect, KindTypes, OpenWait, Outcome, StepContext, StepResult } from "../loop/deletable.ts";
import type { StepEvidence } from "../loop/evidence.ts";
import type { ContainerRef } from "../ports/containers.ts";
import type { CallOptions, Permitted, World } from "../ports/world.ts";
import { plain } from "../text/words.ts";
import { type ObservedContainer, observeContainer, toRingKey } from "./observe.ts";
import { sayContainer } from "./words.ts";

export interface ContainerTask {
  readonly ref: ContainerRef;
  readonly policy: ContainerPolicy;
}

/** Why a run ended before the deletion. Only the deletion changes anything, so the object is as before. */
type Stop<Plan extends { readonly kind: string }> =
  | { readonly kind: "stopped"; readonly plan: Exclude<Plan, { kind: "ready" }> }
  | { readonly kind: "rights_missing"; readonly message: string; readonly actor: Actor };

export type ContainerStop = Stop<ContainerPlan>;

interface OneStep<Plan extends { readonly kind: string }> extends KindTypes {
  readonly step: { readonly kind: "delete" };
  readonly stop: Stop<Plan>;
  readonly memory: { readonly run: ContainerRun & StepsTaken<{ readonly kind: "delete" }> };
}

interface ContainerTypes extends OneStep<ContainerPlan> {
  readonly task: ContainerTask;
  readonly seen: ObservedContainer;
}

interface RingTypes extends OneStep<RingPlan> {
  readonly task: { readonly instanceId: string; readonly ring: string };
  readonly seen: { readonly observation: RingObservation; readonly nowMs: number };
}

export type ContainerOutcome = Outcome<ContainerTypes>;
export type RingOutcome = Outcome<RingTypes>;

/** What both kinds have in common: one deletion, and one read after a refusal. */
const common = {
  maxRounds: 10,
  start: () => ({ run: {} }),
  effectOf: (_step: unknown, _context: unknown, after: { readonly kind: string }): Effect =>
    after.kind === "gone" ? "by_us" : "none",
  remember(
    _step: unknown,
    result: StepResult,
    { memory, actor }: Pick<StepContext<OneStep<never>>, "memory" | "actor">,
  ) {
    if (result.kind === "refused") return { memory: { run: { ...memory.run, refusal: result.message } } };
    if (result.kind !== "forbidden") return { memory };
    return { memory, stop: { kind: "rights_missing", message: result.message, actor } as const };
  },
};

export const containerKind: Deletable<ContainerTypes> = {
  ...common,
  name: ({ ref }) => `the ${ref.kind} ${ref.id}`,
  check: ({ ref }) => (ref.kind === "vault" ? "uko ls" : `uko ls ${ref.vaultId}`),
  observe: (world, { ref }, wasSeen, options) => observeContainer(world, ref, wasSeen, options),
  plan: ({ policy }, { observation, nowMs }, { run }) => nextOf(planContainerDeletion(observation, policy, run, nowMs)),
  progress: (_step, { observation }) => `Deleting ${sayContainer(observation)}`,
  take: async (_step, { world, task: { ref }, options }, permit) => resultOf(await remove(world, ref, permit, options)),
  evidence: (_step, _phase, { task: { ref }, observed: { observation } }) => {
    const { kind: resource, instanceId, vaultId, id: keyId } = ref;
    return evidenceOf({ instanceId, resource, vaultId, keyId, label: observation.name });
  },
  openWait(stop, { nowMs }) {
    const plan = stop.kind === "stopped" ? stop.plan : undefined;
    const isMetadata = plan?.kind === "waitingForTime" && plan.awaits === "kms_metadata";
    const what = isMetadata
      ? "Waiting for KMS to purge the metadata of its keys"
      : "Waiting until its destroyed keys can be removed";
    return openWaitOf(stop, nowMs, what);
  },
};

export const ringKind: Deletable<RingTypes> = {
  ...common,
  name: ({ ring }) => `the key ring ${plain(ring, 100)}`,
  check: () => "ibmcloud kp key-rings",
  async observe(world, { ring }, _wasSeen, options) {
    if (!(await world.kmsKeys.rings(options)).includes(ring)) return { kind: "gone" };
    const { instanceId } = world.session;
    const decision = beginDecision({ instanceId, vaultId: "", id: ring }, world.clock.monotonicMs);
    const keys = (await world.kmsKeys.list({ ring }, options)).map(toRingKey);
    const listed = await world.keystores.list({ isWhole: true }, options);
    const internal = listed.filter((each) => keystoreKindOf(each) !== "external");
    // A keystore that does not report its ring may have any ring (uko-v4.md 3.7).
    const keystores = internal
      .filter((each) => each.ring === "" || each.ring.toLowerCase() === ring.toLowerCase())
      .map(({ name }) => name);
    // Keystores of vaults that the caller may not see are not listed, and the ring may belong to one of them.
    if (!(await seesEveryVault(world, options))) keystores.push("one that this identity does not see");
    const observation = { ring, keys, keystores, decision };
    return { kind: "present", observation, nowMs: world.session.serviceTimeMs() ?? 0 };
  },
  plan: (_task, { observation }, { run: { refusal } }) => nextOf(planRingDeletion(observation, refusal)),
  progress: (_step, { observation }) => `Deleting the key ring ${plain(observation.ring, 100)}`,
  take: async (_step, { world, options }, permit) =>
    resultOf(await world.kmsKeys.removeRing(requirePermit(permit, "delete_key_ring"), options)),
  evidence: (_step, _phase, { task: { instanceId, ring } }) =>
    evidenceOf({ instanceId, resource: "key_ring", vaultId: "", keyId: ring, label: ring }),
  openWait: (stop, { nowMs }) =>
    openWaitOf(stop, nowMs, "Waiting for KMS to purge the metadata of the keys in the ring"),
};

function nextOf<Plan extends { readonly kind: string; readonly permit?: Permit }>(plan: Plan) {
  if (plan.kind === "ready") return { step: { kind: "delete" }, permit: plan.permit } as const;
  return { stop: { kind: "stopped", plan: plan as Exclude<Plan, { kind: "ready" }> } } as const;
}

function resultOf(written: Permitted<undefined>): StepResult | { readonly kind: "expired" } {
  return written.kind === "done" ? { ...written, isDeletion: true } : written;
}

function evidenceOf(subject: StepEvidence["subject"]): StepEvidence {
  return { subject, step: "delete", from: "present", to: "absent", details: { keystores: [] } };
}

function openWaitOf(stop: ContainerStop | Stop<RingPlan>, nowMs: number, what: string): OpenWait | undefined {
  if (stop.kind !== "stopped" || stop.plan.kind !== "waitingForTime") return undefined;
  return { neededMs: neededUntil(stop.plan.untilMs, nowMs), what };
}

function remove(
  world: World,
  { kind }: ContainerRef,
  permit: Permit | undefined,
  options: CallOptions,
): Promise<Permitted<undefined>> {
  switch (kind) {
    case "vault":
      return world.vaults.remove(requirePermit(permit, "delete_vault"), options);
    case "keystore":
      return world.keystores.remove(requirePermit(permit, "delete_keystore"), options);
    case "template":
      return world.templates.remove(requirePermit(permit, "delete_template"), options);
  }
}
