/** The messages about containers that are not deleted: every guard and wait, through each interface. */

import { describe, expect, it } from "vitest";
import type { ContainerStop } from "../../provider/engine/container/kind.ts";
import { explainContainerOutcome } from "../../provider/engine/container/messages.ts";
import type { ObservedContainer } from "../../provider/engine/container/observe.ts";
import type { UserInterface } from "../../provider/engine/text/explanation.ts";
import {
  type ContainedKey,
  type ContainerGuard,
  type ContainerKind,
  type ContainerPlan,
  containerKinds,
  containerPlanCode,
  type RingKey,
} from "../../provider/lifecycle/container/plan-container-deletion.ts";
import { alice, anActor, dayMs, nowMs } from "../support/builders.ts";
import { expectWellFormed, renderAll } from "./explanations.ts";

type Ended = ContainerStop & { readonly observed: ObservedContainer };
const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const userInterfaces: readonly UserInterface[] = [
  { rerun: "pulumi destroy", target: "urn:pulumi:prod::ledger::uko:index:Vault::payments" },
  { rerun: "pulumi destroy" },
  { rerun: "tofu destroy" },
  { rerun: "uko continue" },
];
/** One container with a name for its contents, and one without. */
const read = userInterfaces.filter(({ rerun, target }) => rerun === "tofu destroy" || target !== undefined);

const observedAs = (kind: ContainerKind) => {
  const empty = { kind: "known", items: [] } as const;
  const id = "ce110000-0000-4000-8000-000000000001";
  return { observation: { kind, id, name: "payments", keys: empty, containers: empty, ring: empty }, etag: "e", nowMs };
};
const stopped = (plan: Exclude<ContainerPlan, { kind: "ready" }>, kind: ContainerKind = "vault"): Ended => ({
  kind: "stopped",
  plan,
  observed: observedAs(kind),
});
const aKey = (number: number, over: Partial<ContainedKey> = {}): ContainedKey => ({
  vaultId,
  keyId: `9b2d0000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  label: `key ${number}`,
  state: "active",
  ...over,
});
const pending = (days?: number): Partial<ContainedKey> => ({
  state: "destroyed",
  pending: days === undefined ? {} : { untilMs: nowMs + days * dayMs },
});
const aRingKey = (number: number, over: Partial<RingKey> = {}): RingKey => ({
  kmsKeyId: `kms-${number}`,
  name: `ring key ${number}`,
  isDestroyed: true,
  ...over,
});
const many = (count: number, over: Partial<ContainedKey> = {}) =>
  Array.from({ length: count }, (_, n) => aKey(n, over));
const keystore = { kind: "keystore", id: "ce110000-0000-4000-8000-000000000001", name: "ring" } as const;
const template = { kind: "template", id: "7e110000-0000-4000-8000-000000000001", name: "payroll" } as const;

const guards: { readonly [Kind in ContainerGuard["guard"]]: readonly Extract<ContainerGuard, { guard: Kind }>[] } = {
  deletion_protection: [{ guard: "deletion_protection" }],
  contents_unreadable: [
    { guard: "contents_unreadable", what: "keys", reason: "It responded with 403." },
    { guard: "contents_unreadable", what: "containers", reason: "It responded with 403\u001b[31m." },
  ],
  holds_keys: [
    { guard: "holds_keys", keys: [aKey(1)] },
    { guard: "holds_keys", keys: [aKey(1, { state: "destroyed" })] },
    { guard: "holds_keys", keys: [...many(12), aKey(99, { state: "compromised" }), aKey(100, { state: "destroyed" })] },
  ],
  holds_containers: [
    { guard: "holds_containers", containers: [keystore] },
    { guard: "holds_containers", containers: [keystore, template] },
  ],
  holds_ring_keys: [
    { guard: "holds_ring_keys", ringKeys: [aRingKey(1, { isDestroyed: false })] },
    {
      guard: "holds_ring_keys",
      ringKeys: [aRingKey(1, { isDestroyed: false }), aRingKey(2, { isDestroyed: false, name: "" })],
    },
  ],
  service_refused: [
    { guard: "service_refused", message: "It still contains some keys." },
    { guard: "service_refused", message: "Conflict: Key ring", ringUnreadable: "KMS responded with 401." },
  ],
  beyond_plan: [{ guard: "beyond_plan", step: "remove", allowed: [], excess: "step" }],
};

const waits: readonly Extract<ContainerPlan, { kind: "waitingForTime" }>[] = [
  {
    kind: "waitingForTime",
    awaits: "destroyed_keys",
    untilMs: nowMs + 30 * dayMs,
    keys: [aKey(1, pending(30))],
    ringKeys: [],
  },
  {
    kind: "waitingForTime",
    awaits: "destroyed_keys",
    keys: [aKey(1, pending(30)), aKey(2, pending()), aKey(3, { state: "destroyed" }), aKey(4, pending(7))],
    ringKeys: [aRingKey(1, { purgeScheduledAtMs: nowMs + 90 * dayMs })],
  },
  { kind: "waitingForTime", awaits: "destroyed_keys", keys: [aKey(2, pending())], ringKeys: [aRingKey(1)] },
  {
    kind: "waitingForTime",
    awaits: "kms_metadata",
    untilMs: nowMs + 60 * dayMs,
    keys: [],
    ringKeys: [aRingKey(1, { purgeScheduledAtMs: nowMs + 60 * dayMs })],
  },
  { kind: "waitingForTime", awaits: "kms_metadata", keys: [], ringKeys: [aRingKey(1), aRingKey(2)] },
  {
    kind: "waitingForTime",
    awaits: "kms_metadata",
    untilMs: nowMs + 60 * dayMs,
    keys: [],
    ringKeys: [aRingKey(1, { purgeScheduledAtMs: nowMs + 60 * dayMs })],
    refusal: "Conflict: Key ring could not be deleted.",
  },
];

function kindFor(guard: ContainerGuard, index: number): ContainerKind {
  if (guard.guard === "holds_containers" || (guard.guard === "contents_unreadable" && guard.what === "containers")) {
    return "vault";
  }
  const isAboutRings = guard.guard === "holds_ring_keys" || guard.guard === "service_refused";
  return isAboutRings ? "keystore" : (containerKinds[index % containerKinds.length] ?? "vault");
}

const outcomes: readonly (readonly [title: string, outcome: Ended])[] = [
  ...Object.values(guards)
    .flat()
    .map((guard, index): [string, Ended] => [
      `${index + 1} ${guard.guard}`,
      stopped({ kind: "refused", guard }, kindFor(guard, index)),
    ]),
  ...waits.map((plan, index): [string, Ended] => [`${index + 1} ${plan.awaits}`, stopped(plan, "keystore")]),
  ...containerKinds.map((kind): [string, Ended] => [
    `right on a ${kind}`,
    { kind: "rights_missing", message: "Forbidden.", actor: anActor(alice), observed: observedAs(kind) },
  ]),
];

describe("every message about a container that is not deleted", () => {
  it("matches the golden file", async () => {
    const rendered = renderAll(outcomes, read, explainContainerOutcome);
    await expect(rendered).toMatchFileSnapshot("../golden/explain/containers.txt");
  });

  it.each(outcomes)("%s: names what remains, has its code, and prints only commands that can be pasted", (...each) => {
    const [, outcome] = each;
    for (const userInterface of userInterfaces) {
      const explanation = explainContainerOutcome(outcome, userInterface);
      const { summary, code, isUnchanged, next } = explanation;
      expectWellFormed(explanation);
      expect(summary).toContain('"payments"');
      expect(code).toBe(outcome.kind === "stopped" ? containerPlanCode(outcome.plan) : "UKO_RIGHTS_MISSING");
      expect(isUnchanged).toBe(true);
      for (const command of next.flatMap(({ commands }) => commands)) {
        expect(command).toMatch(
          /^(tofu (destroy|apply)|pulumi up( --stack prod)?|pulumi destroy( --stack prod --target 'urn:[^']+')?|uko (plan|continue) [0-9a-f-]{36}\/[0-9a-f-]{36})$/,
        );
      }
    }
  });
});
