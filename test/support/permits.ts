/**
 * Permits for tests of the clients. There is no maker of permits for tests, so these come from the planners, too: each
 * is the plan of a run that reads an object which one person may delete. The reads are faked.
 */

import { ringKind } from "../../provider/engine/container/kind.ts";
import { observeContainer } from "../../provider/engine/container/observe.ts";
import { observeKey } from "../../provider/engine/key/observe.ts";
import { observeKmsKey } from "../../provider/engine/kms-key/observe.ts";
import type { ContainerRef } from "../../provider/engine/ports/containers.ts";
import type { KmsKeyRef } from "../../provider/engine/ports/kms-keys.ts";
import type { KeyRef, World } from "../../provider/engine/ports/world.ts";
import { planContainerDeletion } from "../../provider/lifecycle/container/plan-container-deletion.ts";
import { planRingDeletion } from "../../provider/lifecycle/container/plan-ring-deletion.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { planKmsKeyDeletion } from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { type Permit, type PermittedAct, requirePermit } from "../../provider/lifecycle/vocabulary/permit.ts";
import { answered, aSnapshot, aWorld } from "../engine/fakes.ts";
import { aPolicy, aRun, nowMs } from "./builders.ts";
import { aKmsPolicy, aKmsRun, aKmsSnapshot } from "./kms-builders.ts";

const options = { signal: new AbortController().signal };
const still = (): number => 0;

/** The world of a run on this instance, with a clock that shows how old a read is. */
function worldOf(instanceId: string, monotonicMs: () => number, ports: Parameters<typeof aWorld>[0]): World {
  return aWorld({ ...ports, session: { instanceId, serviceTimeMs: () => nowMs }, clock: { monotonicMs } });
}

/** The state from which one person may take the step. */
const stateFor = { deactivate: "active", destroy: "pre_activation", remove: "destroyed" } as const;

/** A key that one person may delete, as a run reads it that is about to act. */
export async function aDecision(
  ref: KeyRef,
  etag: string,
  stateWord: string,
  depth: "inspection" | "decision" = "decision",
) {
  const { keyId, vaultId, instanceId } = ref;
  const tags = [{ name: "uko_dual", value: "single" }];
  const gone = { referencedKeystores: [], storedStatus: [], materialPresent: [] };
  const snapshot = aSnapshot({ keyId, vaultId, stateWord, tags, ...(stateWord === "destroyed" && gone) });
  const world = worldOf(instanceId, still, {
    keys: {
      read: async () => answered({ snapshot, etag }),
      liveStatus: async () => answered([]),
      use: async () => ({ kind: "known", count: 0, retainedBy: [] }),
    },
  });
  const seen = await observeKey(world, ref, depth, options);
  if (seen.kind === "gone") throw new Error("The key is not there.");
  return seen.observation;
}

export async function permitTo<Act extends "deactivate" | "destroy" | "remove">(
  act: Act,
  ref: KeyRef,
  etag: string,
): Promise<Permit<Act>> {
  const observation = await aDecision(ref, etag, stateFor[act]);
  return permitIn(planKeyDeletion(observation, aPolicy({ people: "single" }), aRun(), nowMs), act);
}

export async function permitForContainer<Kind extends ContainerRef["kind"]>(
  ref: ContainerRef & { readonly kind: Kind },
  etag: string,
): Promise<Permit<`delete_${Kind}`>> {
  const snapshot = { id: ref.id, name: "empty", vaultId: ref.vaultId, type: "aws_kms", variant: "" };
  const port = { read: async () => answered({ snapshot, etag }), list: async () => [] };
  const ports = { vaults: port, keystores: port, templates: port, keys: { list: async () => [] } };
  const world = worldOf(ref.instanceId, still, ports as unknown as Partial<World>);
  const seen = await observeContainer(world, ref, false, options);
  if (seen.kind === "gone") throw new Error("The container is not there.");
  const plan = planContainerDeletion(seen.observation, { deletionProtection: false }, {}, nowMs);
  return permitIn(plan, `delete_${ref.kind}`);
}

export async function permitForKmsKey<Act extends "open_kms_window" | "destroy_kms_key">(
  act: Act,
  ref: KmsKeyRef,
  monotonicMs = still,
): Promise<Permit<Act>> {
  const { instanceId, kmsKeyId } = ref;
  const dualAuthDelete = act === "open_kms_window";
  const world = worldOf(instanceId, monotonicMs, {
    kmsKeys: {
      read: async () => answered(aKmsSnapshot({ kmsKeyId, dualAuthDelete })),
      registrations: async () => ({ kind: "known", items: [] }),
    },
    keystores: { list: async () => [] },
    containers: { vaultExists: async () => "not_found" },
  });
  const seen = await observeKmsKey(world, ref, "decision", options);
  if (seen.kind === "gone") throw new Error("The KMS key is not there.");
  const policy = aKmsPolicy({ people: "single" });
  return permitIn(planKmsKeyDeletion(seen.observation, policy, aKmsRun({ mayRequest: true }), nowMs), act);
}

export async function permitForRing(instanceId: string, ring: string): Promise<Permit<"delete_key_ring">> {
  const world = worldOf(instanceId, still, {
    kmsKeys: { rings: async () => [ring], list: async () => [] },
    keystores: { list: async () => [] },
    containers: { vaultExists: async () => "not_found" },
  });
  const seen = await ringKind.observe(world, { instanceId, ring }, false, options);
  if (seen.kind === "gone") throw new Error("The key ring is not there.");
  return permitIn(planRingDeletion(seen.observation), "delete_key_ring");
}

function permitIn<Act extends PermittedAct>(
  plan: { readonly kind: string; readonly permit?: Permit },
  act: Act,
): Permit<Act> {
  if (plan.kind !== "ready") throw new Error(`The planner does not allow it: ${JSON.stringify(plan)}`);
  return requirePermit(plan.permit, act);
}
