/** Vaults, keystores and templates as objects of the deletion loop, which empties none of them. */

import type { Actor } from "../../lifecycle/observation.ts";
import {
  type ContainerPlan,
  type ContainerPolicy,
  type ContainerRun,
  planContainerDeletion,
} from "../../lifecycle/plan-container-deletion.ts";
import type { Deletable, Outcome } from "../loop/converge.ts";
import { neededUntil } from "../loop/wait.ts";
import type { ContainerRef } from "../ports/containers.ts";
import type { CallOptions, World, Written } from "../ports/world.ts";
import { type ObservedContainer, observeContainer } from "./observe.ts";
import { sayContainer } from "./words.ts";

/** The task of one run for one container. */
export interface ContainerTask {
  readonly ref: ContainerRef;
  readonly policy: ContainerPolicy;
}

interface ContainerStep {
  readonly kind: "delete";
}

/** Why a run ended. Only the deletion itself changes anything, so all is as before. */
export type ContainerStop =
  | { readonly kind: "stopped"; readonly plan: Exclude<ContainerPlan, { kind: "ready" }> }
  | { readonly kind: "rights_missing"; readonly message: string; readonly actor: Actor };

interface ContainerTypes {
  readonly task: ContainerTask;
  readonly seen: ObservedContainer;
  readonly step: ContainerStep;
  readonly stop: ContainerStop;
  readonly memory: ContainerRun & { readonly taken: readonly ContainerStep[] };
}

export type ContainerOutcome = Outcome<ContainerTypes>;

export const containerKind: Deletable<ContainerTypes> = {
  // One deletion, and one read after a refusal.
  maxRounds: 10,
  name: ({ ref }) => `the ${ref.kind} ${ref.id}`,
  start: () => ({ taken: [] }),
  observe: (world, { ref }, wasSeen, options) => observeContainer(world, ref, wasSeen, options),
  plan({ policy }, { observation, nowMs }, run) {
    const plan = planContainerDeletion(observation, policy, run, nowMs);
    return plan.kind === "ready" ? { step: { kind: "delete" } } : { stop: { kind: "stopped", plan } };
  },
  progress: (_step, { observation }) => `Deleting ${sayContainer(observation)}`,
  async take(_step, { world, task: { ref }, observed, options }) {
    const written = await remove(world, ref, observed.etag, options);
    return written.kind === "done" ? { ...written, isGone: true } : written;
  },
  effectOf: (_step, _context, after) => (after.kind === "gone" ? "by_us" : "none"),
  remember(_step, result, { memory, actor }) {
    if (result.kind === "refused") return { memory: { ...memory, refusal: result.message } };
    if (result.kind !== "forbidden") return { memory };
    return { memory, stop: { kind: "rights_missing", message: result.message, actor } };
  },
  evidence: ({ kind: step }, _phase, { task: { ref }, observed: { observation } }) => ({
    subject: {
      instanceId: ref.instanceId,
      resource: ref.kind,
      vaultId: ref.vaultId,
      keyId: ref.id,
      label: observation.name,
    },
    step,
    from: "present",
    to: "absent",
    details: { keystores: [] },
  }),
  awaited(stop, { nowMs }) {
    if (stop.kind !== "stopped" || stop.plan.kind !== "waitingForTime") return undefined;
    const { awaits, untilMs } = stop.plan;
    const what =
      awaits === "kms_metadata"
        ? "Waiting for KMS to purge the metadata of its keys"
        : "Waiting until its destroyed keys can be removed";
    return { neededMs: neededUntil(untilMs, nowMs), what };
  },
};

function remove(world: World, ref: ContainerRef, etag: string, options: CallOptions): Promise<Written<undefined>> {
  switch (ref.kind) {
    case "vault":
      return world.vaults.remove(ref, etag, options);
    case "keystore":
      return world.keystores.remove(ref, etag, options);
    case "template":
      return world.templates.remove(ref, etag, options);
  }
}
