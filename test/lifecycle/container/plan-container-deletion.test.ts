import { describe, expect, it } from "vitest";
import { errorCatalog } from "../../../provider/errors.ts";
import {
  type ContainedContainer,
  type ContainedKey,
  type ContainerObservation,
  type ContainerPlan,
  containerGuardCodes,
  containerKinds,
  containerPlanCode,
  type Found,
  planContainerDeletion,
  type RingKey,
} from "../../../provider/lifecycle/container/plan-container-deletion.ts";
import { keyStates, type ObservedState } from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";
import { dayMs, nowMs } from "../../support/builders.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const known = <T>(...items: readonly T[]): Found<T> => ({ kind: "known", items });
const unreadable = { kind: "unreadable", reason: "403" } as const;
const states: readonly ObservedState[] = [...keyStates, "unrecognized"];
const unprotected = { deletionProtection: false };

const aContainedKey = (over: Partial<ContainedKey> = {}): ContainedKey => ({
  vaultId,
  keyId: "9b2d0000-0000-4000-8000-000000000002",
  label: "payroll",
  state: "active",
  ...over,
});
const aRingKey = (over: Partial<RingKey> = {}): RingKey => ({
  kmsKeyId: "kms-1",
  name: "payroll",
  isDestroyed: true,
  ...over,
});
const observationWith = (over: Partial<ContainerObservation> = {}): ContainerObservation => ({
  kind: "keystore",
  id: "ce110000-0000-4000-8000-000000000001",
  name: "payroll-ring",
  keys: known(),
  containers: known(),
  ring: known(),
  ...over,
});
const plan = (observation: ContainerObservation, refusal?: string): ContainerPlan =>
  planContainerDeletion(observation, unprotected, refusal === undefined ? {} : { refusal }, nowMs);
const refusedBy = (planned: ContainerPlan): string => (planned.kind === "refused" ? planned.guard.guard : planned.kind);

describe("an empty container", () => {
  it("stays if deletion protection is on, whatever the other guards", () => {
    const worst = observationWith({ keys: unreadable, containers: unreadable, ring: unreadable });
    for (const observation of [observationWith(), worst]) {
      expect(planContainerDeletion(observation, { deletionProtection: true }, { refusal: "no" }, nowMs)).toEqual({
        kind: "refused",
        guard: { guard: "deletion_protection" },
      });
    }
  });
});

describe("every key state, kind of container, and readability", () => {
  const contents: readonly Found<ContainedContainer>[] = [
    known(),
    known({ kind: "template", id: "7e110000-0000-4000-8000-000000000001", name: "payroll" }),
    unreadable,
  ];
  const rings: readonly Found<RingKey>[] = [
    known(),
    known(aRingKey()),
    known(aRingKey({ isDestroyed: false }), aRingKey()),
    unreadable,
  ];
  const keySets: readonly Found<ContainedKey>[] = [
    known(),
    unreadable,
    ...states.flatMap((state) => [
      known(aContainedKey({ state })),
      known(aContainedKey({ state, pending: {} })),
      known(aContainedKey({ state, pending: { untilMs: nowMs + dayMs } })),
      known(aContainedKey({ state, pending: { untilMs: nowMs } })),
    ]),
  ];

  /** The rule once more, in a person's words. */
  function expected({ kind, keys, containers, ring }: ContainerObservation, refusal?: string): string {
    if (keys.kind === "unreadable") return "contents_unreadable";
    const inTheWay = keys.items.filter(({ state }) => kind !== "keystore" || state !== "pre_activation");
    if (inTheWay.some(({ state }) => state !== "destroyed")) return "holds_keys";
    if (inTheWay.length > 0) {
      const counting = inTheWay.some(({ pending }) => pending !== undefined && pending.untilMs !== nowMs);
      return counting ? "waitingForTime" : "holds_keys";
    }
    if (containers.kind === "unreadable") return "contents_unreadable";
    if (containers.items.length > 0) return "holds_containers";
    if (ring.kind === "known" && ring.items.some(({ isDestroyed }) => !isDestroyed)) return "holds_ring_keys";
    if (ring.kind === "known" && ring.items.length > 0) return "waitingForTime";
    return refusal === undefined ? "ready" : "service_refused";
  }

  const everything = containerKinds.flatMap((kind) =>
    keySets.flatMap((keys) =>
      contents.flatMap((containers) => rings.map((ring) => observationWith({ kind, keys, containers, ring }))),
    ),
  );

  it.each([undefined, "not empty"])("gives the one result that the rule requires (refusal: %s)", (refusal) => {
    expect(everything).toHaveLength(3 * 30 * 3 * 4);
    for (const observation of everything) {
      expect(refusedBy(plan(observation, refusal)), JSON.stringify(observation)).toBe(expected(observation, refusal));
    }
  });

  it("is never ready while a key that may be installed exists, or while the keys are unreadable", () => {
    for (const observation of everything.filter((each) => plan(each).kind === "ready")) {
      const { keys } = observation;
      const isHarmless = ({ state }: ContainedKey): boolean =>
        observation.kind === "keystore" && state === "pre_activation";
      expect(keys.kind === "known" && keys.items.every(isHarmless), JSON.stringify(observation)).toBe(true);
      expect(observation.containers).toEqual(known());
    }
  });
});

describe("keys", () => {
  it("are all named, the living ones first, so that a person has the whole list", () => {
    const destroyed = aContainedKey({ keyId: "b", state: "destroyed" });
    const active = aContainedKey({ keyId: "a" });
    expect(plan(observationWith({ kind: "vault", keys: known(destroyed, active) }))).toEqual({
      kind: "refused",
      guard: { guard: "holds_keys", keys: [active, destroyed] },
    });
  });

  it("that are destroyed are waited for until the last pending one can be removed", () => {
    const first = aContainedKey({ keyId: "a", state: "destroyed", pending: { untilMs: nowMs + 2 * dayMs } });
    const last = aContainedKey({ keyId: "b", state: "destroyed", pending: { untilMs: nowMs + 9 * dayMs } });
    const over = aContainedKey({ keyId: "c", state: "destroyed" });
    expect(plan(observationWith({ kind: "template", keys: known(first, last, over) }))).toEqual({
      kind: "waitingForTime",
      awaits: "destroyed_keys",
      untilMs: nowMs + 9 * dayMs,
      keys: [first, last, over],
      ringKeys: [],
    });
  });

  it("that are pending without a date make the end unknown", () => {
    const dated = aContainedKey({ keyId: "a", state: "destroyed", pending: { untilMs: nowMs + dayMs } });
    const undated = aContainedKey({ keyId: "b", state: "destroyed", pending: {} });
    expect(plan(observationWith({ keys: known(dated, undated) }))).not.toHaveProperty("untilMs");
  });

  it("that no keystore holds any more are not waited for: their metadata stays until a person removes it", () => {
    const expired = aContainedKey({ state: "destroyed", pending: { untilMs: nowMs - dayMs } });
    expect(refusedBy(plan(observationWith({ kind: "template", keys: known(expired) })))).toBe("holds_keys");
  });

  it("are listed together with the next wait for KMS", () => {
    const ringKey = aRingKey({ purgeScheduledAtMs: nowMs + 90 * dayMs });
    const key = aContainedKey({ state: "destroyed", pending: { untilMs: nowMs + 30 * dayMs } });
    expect(plan(observationWith({ keys: known(key), ring: known(ringKey) }))).toMatchObject({
      awaits: "destroyed_keys",
      untilMs: nowMs + 30 * dayMs,
      ringKeys: [ringKey],
    });
  });
});

describe("the metadata that KMS keeps", () => {
  const first = aRingKey({ kmsKeyId: "kms-1", purgeScheduledAtMs: nowMs + 30 * dayMs });
  const last = aRingKey({ kmsKeyId: "kms-2", purgeScheduledAtMs: nowMs + 80 * dayMs });

  it("is waited for until the last of it is purged, with or without a refusal", () => {
    const waits = {
      kind: "waitingForTime",
      awaits: "kms_metadata",
      untilMs: nowMs + 80 * dayMs,
      keys: [],
      ringKeys: [first, last],
    };
    expect(plan(observationWith({ ring: known(first, last) }))).toEqual(waits);
    expect(plan(observationWith({ ring: known(first, last) }), "Conflict")).toEqual(waits);
  });

  it("has no end if KMS does not return one of the dates", () => {
    expect(plan(observationWith({ ring: known(first, aRingKey({ kmsKeyId: "kms-3" })) }))).not.toHaveProperty(
      "untilMs",
    );
  });

  it("is left to the service if the ring is unreadable, and a refusal then states the cause", () => {
    expect(plan(observationWith({ ring: unreadable }))).toEqual({ kind: "ready" });
    expect(plan(observationWith({ ring: unreadable }), "Conflict")).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", message: "Conflict", ringUnreadable: "403" },
    });
  });

  describe("is left to the service if it has no name, and a refusal", () => {
    const unnamed = (...candidates: readonly RingKey[]) =>
      observationWith({ ring: { kind: "unnamed", reason: "no name", candidates } });
    const undated = aRingKey({ kmsKeyId: "kms-3" });
    const waits = { kind: "waitingForTime", awaits: "kms_metadata", keys: [], refusal: "Conflict" };

    it("waits for the metadata of the rings that it may be", () => {
      expect(plan(unnamed(first, last))).toEqual({ kind: "ready" });
      expect(plan(unnamed(first, last), "Conflict")).toEqual({
        ...waits,
        untilMs: nowMs + 80 * dayMs,
        ringKeys: [first, last],
      });
      expect(plan(unnamed(undated), "Conflict")).toEqual({ ...waits, ringKeys: [undated] });
    });

    it("is a refusal if KMS keeps no metadata, or not any longer", () => {
      const refused = {
        kind: "refused",
        guard: { guard: "service_refused", message: "Conflict", ringUnreadable: "no name" },
      };
      expect(plan(unnamed(), "Conflict")).toEqual(refused);
      expect(plan(unnamed(aRingKey({ purgeScheduledAtMs: nowMs })), "Conflict")).toEqual(refused);
    });
  });
});

describe("containerPlanCode", () => {
  it("has a code for each guard and each wait", () => {
    const codes = Object.keys(errorCatalog);
    for (const code of Object.values(containerGuardCodes)) expect(codes).toContain(code);
    expect(containerPlanCode({ kind: "refused", guard: { guard: "deletion_protection" } })).toBe(
      "UKO_DELETION_PROTECTED",
    );
    const wait = { kind: "waitingForTime", keys: [], ringKeys: [] } as const;
    expect(containerPlanCode({ ...wait, awaits: "destroyed_keys" })).toBe("UKO_DESTRUCTION_PENDING");
    expect(containerPlanCode({ ...wait, awaits: "kms_metadata" })).toBe("UKO_KMS_METADATA_REMAINS");
  });
});
