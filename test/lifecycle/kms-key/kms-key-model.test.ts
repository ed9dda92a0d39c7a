/**
 * A model of people with several credentials, the tool and KMS, move by move: who deletes a key with KMS dual
 * authorization.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kmsWindowMs } from "../../../provider/lifecycle/key/kms-window.ts";
import {
  type KmsKeyObservation,
  type KmsPlan,
  type KmsRun,
  type KmsStep,
  type PolicyWriteSeen,
  planKmsKeyDeletion,
  planKmsKeyWithdrawal,
  windowName,
} from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Identity } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { alice, bob, carol, dayMs, nowMs, pipeline, profile, secondMs, taken } from "../../support/builders.ts";
import { aKmsKey, aKmsPolicy, kmsKeyId, kmsOpening } from "../../support/kms-builders.ts";
import { tier } from "../../support/tier.ts";

/** `quick` plays a quarter of the games, and `rest` plays all. */
const share = tier === "quick" ? 4 : 1;

/** The credentials of a person: their own, a profile of theirs, a service ID whose API key they hold. */
interface Credential {
  readonly human: "alice" | "bob";
  readonly writesAs: Identity;
  readonly identity: Identity;
}
const ofAlice: readonly Credential[] = [
  { human: "alice", writesAs: alice, identity: alice },
  { human: "alice", writesAs: profile, identity: alice },
  { human: "alice", writesAs: pipeline, identity: pipeline },
];
const ofBob: readonly Credential[] = [
  { human: "bob", writesAs: bob, identity: bob },
  { human: "bob", writesAs: profile, identity: bob },
];

type Beside = "set" | "unset" | "write_policy" | "restore";
type Move =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "beside"; readonly what: Beside; readonly by: Credential }
  | {
      readonly kind: "tool";
      readonly by: Credential;
      /**
       * `run`: of an engine, which confirms nothing by hand. `request`: opens a window. `approve`: confirms the window.
       * `approve_any`: every window that ever was, as no command does.
       */
      readonly does: "run" | "request" | "approve" | "approve_any";
      /** What happens outside the tool between its read and its call. */
      readonly meanwhile?: { readonly what: Beside; readonly by: Credential };
    };

/** How KMS decides what the contract leaves open (10 no. 2, 3, 10). */
interface Kms {
  readonly compares: "iam_id" | "authn.iam_id";
  readonly setAgain: "latest" | "first";
  readonly restoreKeepsWindow: boolean;
  /** What set and unset change in the policy: its last writer with the date, the date alone, or nothing. */
  readonly tells: "writer" | "date" | "nothing";
}

interface World {
  nowMs: number;
  state: "active" | "destroyed";
  /** `askedBy`: everyone who set the key for deletion while this window was open. */
  window?: { by: Credential; endsAtMs: number; askedBy: Set<string> } | undefined;
  policy: PolicyWriteSeen;
  deletedAtMs?: number;
  readonly everOpen: string[];
  /** The people who requested or approved each destruction by the tool. */
  readonly destructions: Set<string>[];
}

const fresh = (creator: Identity = carol): World => ({
  nowMs,
  state: "active",
  policy: { by: creator, atMs: nowMs - 10 * dayMs, createdBy: creator },
  everOpen: [],
  destructions: [],
});

function actOutsideTool(world: World, kms: Kms, { what, by }: { what: Beside; by: Credential }): void {
  if (what === "restore") {
    if (world.state === "destroyed" && !kms.restoreKeepsWindow) world.window = undefined;
    world.state = "active";
    return;
  }
  if (world.state === "destroyed") return;
  const isOpen = world.window !== undefined && world.window.endsAtMs > world.nowMs;
  if (what === "set") world.window?.askedBy.add(by.human);
  if (what === "set" && !(isOpen && kms.setAgain === "first")) {
    world.window = { by, endsAtMs: world.nowMs + kmsWindowMs, askedBy: new Set([by.human]) };
    world.everOpen.push(windowName(kmsKeyId, world.window.endsAtMs));
  }
  if (what === "unset") world.window = undefined;
  const isWriterKnown = kms.tells === "writer" || what === "write_policy";
  if (isWriterKnown) world.policy = { ...world.policy, by: by.writesAs };
  if (isWriterKnown || kms.tells === "date") world.policy = { ...world.policy, atMs: world.nowMs };
}

/** KMS's own rule: an open window of another identity. */
function kmsDeletes(world: World, kms: Kms, by: Credential): boolean {
  const { window } = world;
  if (world.state === "destroyed" || window === undefined || window.endsAtMs <= world.nowMs) return false;
  const of = (credential: Credential): Identity =>
    kms.compares === "iam_id" ? credential.writesAs : credential.identity;
  if (of(window.by) === of(by)) return false;
  world.state = "destroyed";
  world.deletedAtMs = world.nowMs;
  world.destructions.push(new Set([...window.askedBy, by.human]));
  return true;
}

function observe(world: World): KmsKeyObservation {
  return aKmsKey({
    state: world.state,
    policyWrite: world.policy,
    ...(world.window !== undefined && { windowEndsAtMs: world.window.endsAtMs }),
    ...(world.deletedAtMs !== undefined && { deletedAtMs: world.deletedAtMs }),
  });
}

type Planner = (observation: KmsKeyObservation, run: KmsRun, atMs: number) => KmsPlan;
const ending: Planner = (observation, run, atMs) => planKmsKeyDeletion(observation, aKmsPolicy(), run, atMs);

function runTool(
  world: World,
  kms: Kms,
  move: Omit<Extract<Move, { kind: "tool" }>, "kind">,
  planner: Planner = ending,
): KmsPlan {
  const { by, does } = move;
  const confirmed = { run: [], request: [], approve: world.everOpen.slice(-1), approve_any: world.everOpen }[does];
  let meanwhile = move.meanwhile;
  let run: KmsRun = {
    actor: { identity: by.identity, writesAs: by.writesAs, displayName: "" },
    approvals: confirmed,
    ...(does === "request" && { mayRequest: true }),
  };
  for (let round = 0; round < 6; round += 1) {
    const plan = planner(observe(world), run, world.nowMs);
    if (plan.kind !== "ready") return plan;
    if (does === "run") throw new Error(`A run that confirms nothing by hand sent ${plan.step.kind}.`);
    if (meanwhile !== undefined) actOutsideTool(world, kms, meanwhile);
    meanwhile = undefined;
    run = take(world, kms, by, plan.step, run);
  }
  throw new Error("The run did not end after 6 rounds.");
}

function take(world: World, kms: Kms, by: Credential, step: KmsStep, run: KmsRun): KmsRun {
  if (step.kind === "unset_for_deletion") actOutsideTool(world, kms, { what: "unset", by });
  if (step.kind === "set_for_deletion") {
    actOutsideTool(world, kms, { what: "set", by });
    return { ...run, ...taken(kmsOpening) };
  }
  if (step.kind === "destroy" && !kmsDeletes(world, kms, by)) {
    return { ...run, refusals: [...(run.refusals ?? []), { step: "destroy", message: "AUTHORIZATIONS_NOT_MET" }] };
  }
  return run;
}

function play(world: World, kms: Kms, moves: readonly Move[]): void {
  for (const move of moves) {
    if (move.kind === "wait") world.nowMs += move.ms;
    else if (move.kind === "beside") actOutsideTool(world, kms, move);
    else runTool(world, kms, move);
  }
}

const services: fc.Arbitrary<Kms> = fc.record({
  compares: fc.constantFrom("iam_id" as const, "authn.iam_id" as const),
  setAgain: fc.constantFrom("latest" as const, "first" as const),
  restoreKeepsWindow: fc.boolean(),
  tells: fc.constant("writer" as const),
});
const waits: fc.Arbitrary<Move> = fc
  .constantFrom(secondMs, 9 * secondMs, 11 * secondMs, dayMs, kmsWindowMs - secondMs, kmsWindowMs)
  .map((ms) => ({ kind: "wait", ms }));
function movesBy(credentials: readonly Credential[], canRace: boolean): fc.Arbitrary<Move> {
  const by = fc.constantFrom(...credentials);
  const what = fc.constantFrom<Beside>("set", "unset", "write_policy", "restore");
  const acts = fc.record({ what, by });
  const does = fc.constantFrom("run" as const, "request" as const, "approve" as const, "approve_any" as const);
  const tool = canRace
    ? fc.record(
        { kind: fc.constant("tool" as const), by, does, meanwhile: acts },
        { requiredKeys: ["kind", "by", "does"] },
      )
    : fc.record({ kind: fc.constant("tool" as const), by, does });
  return fc.oneof(
    waits,
    acts.map((act): Move => ({ kind: "beside", ...act })),
    tool as fc.Arbitrary<Move>,
  );
}

const writesPolicy = (move: Move): boolean =>
  [move, "meanwhile" in move ? move.meanwhile : undefined].some(
    (each) => each !== undefined && "what" in each && each.what === "write_policy",
  );

describe("a key with KMS dual authorization", () => {
  it("is never destroyed by one person through the tool, whatever credentials and raw calls they use", () => {
    const moves = fc.array(movesBy(ofAlice, true), { maxLength: 14 });
    fc.assert(
      fc.property(services, moves, (kms, some) => {
        const world = fresh();
        play(world, kms, some);
        expect(world.destructions).toEqual([]);
      }),
      { numRuns: 20_000 / share },
    );
  });

  it("is destroyed by the tool only if two people requested or approved", () => {
    // Here only set and unset write the policy: any other write within seconds of a set hides its setter.
    const moves = fc.array(
      movesBy([...ofAlice, ...ofBob], false).filter((move) => !writesPolicy(move)),
      { maxLength: 14 },
    );
    let destroyed = 0;
    fc.assert(
      fc.property(services, moves, (kms, some) => {
        const world = fresh();
        play(world, kms, some);
        for (const people of world.destructions) expect(people.size).toBe(2);
        destroyed += world.destructions.length;
      }),
      { numRuns: 20_000 / share },
    );
    expect(destroyed).toBeGreaterThan(100 / share);
  });

  it("is never destroyed twice in one window, even if KMS restores the window of a restored key", () => {
    const moves = fc.array(movesBy([...ofAlice, ...ofBob], false), { maxLength: 14 });
    fc.assert(
      fc.property(services, moves, (kms, some) => {
        const world = fresh();
        let windows = 0;
        for (const move of some) {
          const before = world.window;
          play(world, kms, [move]);
          if (world.window !== undefined && world.window !== before) windows += 1;
          expect(world.destructions.length).toBeLessThanOrEqual(windows);
        }
      }),
      { numRuns: 5000 / share },
    );
  });

  it("is never destroyed by one person through the tool alone, whatever KMS returns about the setter", () => {
    const tellings = fc.constantFrom("date" as const, "nothing" as const);
    const creators = fc.constantFrom(alice, carol, pipeline);
    const tool = fc.array(
      fc.oneof(waits, movesBy(ofAlice, false)).filter((move) => move.kind !== "beside"),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(services, tellings, creators, tool, (kms, tells, creator, some) => {
        const world = fresh(creator);
        play(world, { ...kms, tells }, some);
        expect(world.destructions).toEqual([]);
      }),
      { numRuns: 5000 / share },
    );
  });

  it("is destroyed by two people whatever happened before: withdraw, request, approve", () => {
    const moves = fc.array(
      movesBy([...ofAlice, ...ofBob], true).filter((move) => !writesPolicy(move)),
      { maxLength: 10 },
    );
    const tellings = fc.constantFrom("writer" as const, "date" as const, "nothing" as const);
    const creators = fc.constantFrom(alice, bob, carol, pipeline);
    const [aliceHerself, bobHimself] = [ofAlice[0] as Credential, ofBob[0] as Credential];
    fc.assert(
      fc.property(services, tellings, creators, moves, (kms, tells, creator, some) => {
        const world = fresh(creator);
        const service = { ...kms, tells };
        play(world, service, some);
        if (world.state === "destroyed") return;
        world.nowMs += dayMs;
        runTool(world, service, { by: bobHimself, does: "request" }, planKmsKeyWithdrawal);
        world.nowMs += secondMs;
        expect(runTool(world, service, { by: aliceHerself, does: "request" })).toMatchObject({
          callerPosition: "set_it",
        });
        expect(runTool(world, service, { by: bobHimself, does: "run" })).toMatchObject({
          callerPosition: "may_approve",
        });
        expect(runTool(world, service, { by: bobHimself, does: "approve" })).toEqual({ kind: "done" });
      }),
      { numRuns: 5000 / share },
    );
  });

  it("keeps an open window in every run that does not withdraw", () => {
    const moves = fc.array(movesBy([...ofAlice, ...ofBob], false), { maxLength: 10 });
    const last = movesBy([...ofAlice, ...ofBob], false).filter((move) => move.kind === "tool");
    fc.assert(
      fc.property(services, moves, last, (kms, some, run) => {
        const world = fresh();
        play(world, kms, some);
        const { window } = world;
        if (world.state === "destroyed" || window === undefined || window.endsAtMs <= world.nowMs) return;
        play(world, kms, [run]);
        expect(world.window).toEqual(window);
      }),
      { numRuns: 5000 / share },
    );
  });
});
