/** The engine over the real adapters against an emulator in this process. Waiting moves the emulated clock, so no test sleeps. */

import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { EmulatorOptions } from "../../provider/emulator/start.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { faultSchema } from "../../provider/emulator/store/faults.ts";
import type { SwitchChoices } from "../../provider/emulator/store/switches.ts";
import { createOperations, type Operations } from "../../provider/engine/key/commands.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import type { KeyRef, Keys, World } from "../../provider/engine/ports/world.ts";
import type { RunSettings } from "../../provider/engine/resource/definition.ts";
import type { Unfinished } from "../../provider/engine/resource/delete.ts";
import { createHandlers, type Handlers } from "../../provider/engine/resource/handlers.ts";
import { programDialect } from "../../provider/engine/text/dialect.ts";
import { managedKey } from "../../provider/resources/managed-key/index.ts";
import type { ManagedKeyInputs, ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { auditOf, type Body, type Name, startTestWorld, type TestWorld, vaultId } from "../emulator/harness.ts";
import { adaptersOf } from "../services/emulated.ts";
import { secretDigests } from "../support/builders.ts";
import { explainVerdict, type JudgeOptions, judge, type TrailEntry } from "../support/oracle.ts";

export const options = { signal: new AbortController().signal };
export const startTime = "2026-11-24T14:22:00Z";
const frozenSeed = { ...demoSeed, clock: { start: startTime, frozen: true } };

export type Person = Name;
export type KeyHandlers = Handlers<ManagedKeyInputs, ManagedKeyState>;

/** One person's run: a fresh world each time, like a fresh process. */
export interface PersonsRun {
  readonly world: World;
  readonly evidence: EvidenceEntry[];
  readonly progress: string[];
  readonly sleeps: number[];
  readonly handlers: KeyHandlers;
  readonly operations: Operations;
}

export interface RunChoices extends Partial<RunSettings> {
  /** Wraps the ports between the engine and the adapters. */
  readonly wrap?: (world: World) => World;
}

export interface EngineWorld {
  readonly test: TestWorld;
  run(who: Person | { readonly apiKey: string }, choices?: RunChoices): PersonsRun;
  ref(keyId: string): KeyRef;
  /** Creates a key as Carol or as the given person, and returns its state. */
  make(inputs?: Partial<ManagedKeyInputs>, who?: Person): Promise<ManagedKeyState>;
  /** The update of a program with these inputs for a key that is in state. */
  update(
    state: ManagedKeyState,
    inputs: Readonly<Record<string, unknown>>,
    who?: Person,
    choices?: RunChoices,
  ): ReturnType<KeyHandlers["update"]>;
  /** The differences between the state and a program with these inputs. */
  differs(state: ManagedKeyState, inputs: Readonly<Record<string, unknown>>): readonly string[];
  fault(rule: Readonly<Record<string, unknown>>): Promise<void>;
  clearFaults(): Promise<void>;
  /** Resets the seeded world. */
  reset(switches?: SwitchChoices): void;
  /** The calls that changed something, in order: `updateManagedKey`, `deactivateManagedKey`, …, since a sequence number. */
  effects(since?: number): Promise<readonly string[]>;
  trail(): Promise<readonly TrailEntry[]>;
  /** The sequence number of the last call so far. */
  lastSeq(): Promise<number>;
  /** Every call to UKO's keys since a sequence number, reads included. */
  keyCalls(since: number): Promise<readonly string[]>;
  /** A key as the service shows it to Carol. */
  keyOf(state: ManagedKeyState): Promise<Body>;
  /** The names of all its tags, including reserved ones. */
  tagNames(state: ManagedKeyState): Promise<readonly string[]>;
  expectNobodyAlone(judged?: Partial<JudgeOptions>): Promise<void>;
  advance(duration: string): Promise<void>;
}

export const inputsOf = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
});

export async function startEngineWorld(over: EmulatorOptions = {}): Promise<EngineWorld> {
  const test = await startTestWorld({ seed: frozenSeed, ...over });
  const defaults = { ...test.emulator.world.switches };
  const trail = (): Promise<readonly TrailEntry[]> => auditOf(test);

  const run: EngineWorld["run"] = (who, choices = {}) => {
    const { wrap = (world) => world, leastPeople = "single" } = choices;
    const evidence: EvidenceEntry[] = [];
    const progress: string[] = [];
    const sleeps: number[] = [];
    const { http: _http, ...adapters } = adaptersOf(test, who);
    const world = wrap({
      ...adapters,
      dialect: programDialect,
      progress: { report: (line) => void progress.push(line) },
      evidence: { open: async () => {}, append: async (entry) => void evidence.push(entry) },
      clock: {
        monotonicMs: () => test.emulator.world.clock.nowMs(),
        async sleep(ms, signal) {
          signal.throwIfAborted();
          sleeps.push(ms);
          test.emulator.world.clock.advance(ms);
        },
      },
      sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
      secretDigests,
      newId: randomUUID,
    });
    const open = () => ({ world, run: { leastPeople } });
    return {
      world,
      evidence,
      progress,
      sleeps,
      handlers: createHandlers(managedKey, {
        open,
        userInterface: { rerun: "pulumi destroy" },
        secretDigests: world.secretDigests,
      }),
      operations: createOperations(world),
    };
  };

  const keyOf = async (state: ManagedKeyState): Promise<Body> => (await test.as("carol").key(state.keyId)).body;

  return {
    test,
    run,
    ref: (keyId) => ({ instanceId: test.emulator.instanceId, vaultId, keyId }),
    async make(inputs = {}, who = "carol") {
      const { handlers } = run(who);
      const { state } = await handlers.create(checked(handlers, inputsOf(inputs)), options);
      // A write in this very second would make each first step wait.
      test.emulator.world.clock.advance(60_000);
      return state;
    },
    update(state, inputs, who = "carol", choices = {}) {
      const { handlers } = run(who, choices);
      return handlers.update(state, checked(handlers, inputsOf(inputs)), options);
    },
    differs(state, inputs) {
      const { handlers } = run("bob");
      return handlers.diff(state, checked(handlers, inputsOf(inputs)));
    },
    async fault(rule) {
      test.emulator.world.faults.add(faultSchema.parse(rule));
    },
    clearFaults: async () => test.emulator.world.faults.clear(),
    reset(switches = {}) {
      const { world } = test.emulator;
      world.reset();
      world.faults.clear();
      world.switches = Object.assign({ ...defaults }, switches);
    },
    async effects(since = 0) {
      const entries = await trail();
      return entries
        .filter(({ effect, seq, path }) => effect && seq > since && /\/(?:managed_keys|api\/v2)\b/.test(path ?? ""))
        .map(({ operation }) => operation);
    },
    trail,
    lastSeq: async () => (await trail()).at(-1)?.seq ?? 0,
    async keyCalls(since) {
      const entries = await trail();
      return entries
        .filter(({ seq, path }) => seq > since && path?.includes("/managed_keys"))
        .map(({ operation }) => operation);
    },
    keyOf,
    tagNames: async (state) => (await keyOf(state)).tags.map(({ name }) => name).sort(),
    async expectNobodyAlone(judged = {}) {
      const verdict = judge(await trail(), { required: true, gate: "both", ...judged });
      expect(explainVerdict(verdict)).toBe("");
    },
    advance: (duration) => test.advance(duration),
  };
}

/** One world for a file of tests: started before them, seeded before each, closed after them. */
export function useEngineWorld(over: EmulatorOptions = {}): EngineWorld {
  let started: EngineWorld | undefined;
  beforeAll(async () => {
    started = await startEngineWorld(over);
  });
  beforeEach(() => started?.reset());
  afterAll(() => started?.test.close());
  return new Proxy({} as EngineWorld, {
    get(_, name) {
      if (started === undefined) throw new Error("The world is started before the tests.");
      return Reflect.get(started, name);
    },
  });
}

/** Resets the seeded world for processes that keep running: time never runs backwards for them. */
export function resetGoingForward(uko: EngineWorld): void {
  const reachedMs = uko.test.emulator.world.clock.nowMs();
  uko.reset();
  uko.test.emulator.world.clock.set(reachedMs);
}

/** Wraps the port of the service's keys. */
export const withKeys =
  (over: (keys: Keys) => Partial<Keys>) =>
  (world: World): World => ({ ...world, keys: { ...world.keys, ...over(world.keys) } });

/** Inputs as an interface passes them on: checked, with their defaults. */
export function checked(handlers: KeyHandlers, news: unknown, olds: unknown = {}): unknown {
  const { inputs, failures } = handlers.check(news, olds);
  expect(failures).toEqual([]);
  return inputs;
}

/**
 * What `uko approve` does after its person typed the label: takes the requested step, or stores an approval. Throws if
 * the person can approve nothing on this key.
 */
export async function approve(
  { operations }: Pick<PersonsRun, "operations">,
  ref: KeyRef,
  { stores = false }: { readonly stores?: boolean } = {},
  signal = options.signal,
): Promise<Report> {
  const { sets, apart } = await operations.approvable({ refs: [ref], stores }, options);
  const review = sets[0]?.file?.review;
  if (review === undefined) throw new Error(`Nothing to approve: ${apart[0]?.why ?? "no key was read"}`);
  const [result] = await operations.approve(review, { stores, each: () => {} }, { signal });
  if (result?.kind !== "reported") throw result?.error ?? new Error("No key was approved.");
  return result.report;
}

/** A person approves, and if the key was deactivated, requests its destruction with a command of its own. */
export async function approveAndRequest(run: Pick<PersonsRun, "operations">, ref: KeyRef): Promise<Report> {
  const approved = await approve(run, ref);
  return approved.taken.includes("deactivate") ? run.operations.request(ref, undefined, options) : approved;
}

/** The message of a destroy that did not finish. */
export async function unfinished(handlers: KeyHandlers, state: unknown): Promise<Unfinished> {
  const outcome = await handlers.delete(state, options);
  if (outcome.kind === "ended") throw new Error("The engine would forget the key.");
  return outcome;
}

/** Codes of rejected promises, for expectations. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "nothing thrown";
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}
