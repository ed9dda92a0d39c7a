/** `kill -9` of the provider, and answers that never arrive, at every call of the path: the next run converges, and nothing happens twice. */

import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld } from "../../provider/compose.ts";
import { faultSchema } from "../../provider/emulator/faults.ts";
import { startEmulator } from "../../provider/emulator/start.ts";
import { createHandlers } from "../../provider/engine/handlers.ts";
import { managedKey } from "../../provider/resources/index.ts";
import { explainVerdict, judge } from "../support/oracle.ts";
import { type PulumiPerson, PulumiWorkspace } from "../support/pulumi.ts";
import { type AuditEntry, type EmulatorProcess, startEmulatorProcess, untilHeld } from "./support/emulator-process.ts";
import { firstLineOf } from "./support/next-steps.ts";
import type { Variables } from "./support/person.ts";
import {
  effectsOf,
  type RecordedPath,
  type RecordedRun,
  type RunName,
  recordedArgs,
  recordedProgram,
  recordPath,
  runs,
} from "./support/recorded-path.ts";

const isWhole = process.env.UKO_TEST_ALL === "1";
const changes = new Set(["K2", "K4", "K5", "K7", "K8"]);
/** Each waits for the CLI most of the time, so two at once pay even on two cores. */
const engineRunsAtOnce = 2;
const limitMs = isWhole ? 1_800_000 : 180_000;
/** They wait for the pauses between attempts. */
const inProcessAtOnce = 16;

let recorded: RecordedPath;
beforeAll(async () => {
  recorded = await recordPath();
});
afterAll(() => recorded[Symbol.asyncDispose]());

test("the undisturbed path makes, deactivates, destroys and removes one key, with one record for each step of two people", () => {
  expect(recorded.runs.map(({ name, result }) => [name, result.exitCode])).toEqual([
    ["up", 0],
    ["request", 1],
    ["deactivate", 1],
    ["destroy", 1],
    ["remove", 0],
  ]);
  expect(recorded.runs.map(({ calls }) => effectsOf(calls))).toEqual([
    ["K2 Bob Example - > active"],
    ["K4 Bob Example active > active record deactivate met"],
    ["K7 Alice Example active > deactivated", "K4 Alice Example deactivated > deactivated record destroy met"],
    ["K8 Bob Example deactivated > destroyed"],
    ["K5 Bob Example destroyed > removed"],
  ]);
});

test.each(runs)(
  "a provider killed at a call of %s leaves nothing that the next run does not bring to its end",
  async (name) => {
    const run = runNamed(name);
    const cases = run.calls.flatMap(({ operation }, call) =>
      isWhole || changes.has(operation)
        ? (["before", "after"] as const).map((when) => ({ operation, call, when }))
        : [],
    );
    const failures: string[] = [];
    await inParallel(engineRunsAtOnce, cases, async ({ operation, call, when }) => {
      try {
        await killAt(run, call, when);
      } catch (error) {
        failures.push(`${when} call ${call + 1} (${operation}): ${messageOf(error)}`);
      }
    });
    console.log(`kill -9 of the provider in ${name}: ${cases.length} points at ${run.calls.length} calls`);
    expect(failures).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  },
  limitMs,
);

test.each(runs)(
  "an answer lost at any call of %s leaves nothing that this or the next run does not bring to its end",
  async (name) => {
    const run = runNamed(name);
    const calls = await callsInProcess(run);
    const cases = calls.flatMap((operation, call) =>
      losses
        .filter(({ times }) => isWhole || times === 1 || changes.has(operation))
        .map((loss) => ({ operation, call, loss })),
    );
    const failures: string[] = [];
    await inParallel(inProcessAtOnce, cases, async ({ operation, call, loss }) => {
      try {
        await loseAt(run, call, loss);
      } catch (error) {
        failures.push(`${JSON.stringify(loss)} call ${call + 1} (${operation}): ${messageOf(error)}`);
      }
    });
    console.log(`lost answers in ${name}: ${cases.length} points at ${calls.length} calls`);
    expect(failures).toEqual([]);
  },
  limitMs,
);

/** No answer before and after the effect, one answer that tells nothing, and a service that stays silent until the run gives up. */
const losses = [
  { drop: "before", times: 1 },
  { drop: "after", times: 1 },
  { status: 500, when: "after", times: 1 },
  { drop: "after", times: 4 },
] as const;
type Loss = (typeof losses)[number];

/** The same handlers in this process: a run takes milliseconds, so that every call can be tried in every suite. */
async function loseAt(run: RecordedRun, call: number, loss: Loss): Promise<void> {
  const uko = await startEmulator({ seed: run.seed, profile: "documented" });
  try {
    const fault = faultSchema.parse({ skip: call, ...loss });
    uko.world.faults.add(fault);
    const first = await inProcess(run, uko.url);
    uko.world.faults.clear();
    const end = first.isEnded || first.isWaiting ? first : await inProcess(run, uko.url);
    expect(end, JSON.stringify([first, end])).toMatchObject(
      run.result.exitCode === 0 ? { isEnded: true } : { isWaiting: true },
    );
    const trail = uko.world.audit.since(0).filter(({ operation }) => operation !== "seed") as readonly AuditEntry[];
    expect(effectsOf(trail)).toEqual(effectsOf(run.calls));
    expect([...uko.world.keys.keys()]).toHaveLength(run.name === "remove" ? 0 : 1);
    expect(explainVerdict(judge([...run.before, ...trail], { required: true, gate: "both" }))).toBe("");
  } finally {
    await uko.close();
  }
}

async function callsInProcess(run: RecordedRun): Promise<readonly string[]> {
  const uko = await startEmulator({ seed: run.seed, profile: "documented" });
  try {
    await inProcess(run, uko.url);
    return uko.world.audit.since(0).flatMap(({ operation }) => (operation === "seed" ? [] : [operation]));
  } finally {
    await uko.close();
  }
}

interface InProcessEnd {
  /** Done, and the engine would save it. */
  readonly isEnded: boolean;
  /** What the undisturbed run ends with too: a wait for a person or for time. */
  readonly isWaiting: boolean;
  readonly message: string;
}

async function inProcess(run: RecordedRun, url: string): Promise<InProcessEnd> {
  const environment = { ...environmentAt(run, url) };
  const opened = openWorld(environment, {}, { progress: { report: () => {} } });
  const open = () => ({ world: opened.world, run: opened.settings });
  const handlers = createHandlers(managedKey, { open, door: { rerun: "pulumi destroy" }, sha256: opened.world.sha256 });
  const { signal } = new AbortController();
  try {
    if (run.resource === undefined) {
      const { id } = await handlers.create(recordedArgs, { signal, origin: "organization/urn:of:payroll" });
      return { isEnded: true, isWaiting: false, message: id };
    }
    const outcome = await handlers.delete(run.resource.outputs, { signal });
    if (outcome.kind === "ended") return { isEnded: true, isWaiting: false, message: "" };
    return { isEnded: false, isWaiting: outcome.code === codeIn(run.result.output), message: outcome.message };
  } catch (error) {
    return { isEnded: false, isWaiting: false, message: messageOf(error) };
  } finally {
    await opened.close();
  }
}

function environmentAt(run: RecordedRun, url: string): Variables {
  return {
    ...recorded.scenario.environmentOf(run.person),
    ...{ UKO_ENDPOINT: url, UKO_KMS_ENDPOINT: url, UKO_IAM_ENDPOINT: url },
    ...(run.consent !== undefined && { UKO_CONSENT: run.consent }),
  };
}

function runNamed(name: RunName): RecordedRun {
  const run = recorded.runs.find((each) => each.name === name);
  if (run === undefined) throw new Error(`There is no run ${name}.`);
  return run;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function killAt(run: RecordedRun, call: number, when: "before" | "after"): Promise<void> {
  const uko = await startEmulatorProcess("documented", run.seed);
  const workspace = await PulumiWorkspace.create();
  try {
    const person = await atTheStart(run, uko, workspace);
    await uko.control("faults", { hold: when, skip: call, times: 1 });
    const started = person.start(run.args);
    await untilHeld(uko);
    expect(await started.killProvider()).toBe(1);
    const crashed = await started.result;
    expect(crashed.exitCode, crashed.output).not.toBe(0);
    await uko.control("faults/release", {});

    const again = await person.run(run.args);
    await expectAsUndisturbed(run, uko, person, again);
  } finally {
    await workspace.dispose();
    await uko.stop();
  }
}

async function atTheStart(run: RecordedRun, uko: EmulatorProcess, workspace: PulumiWorkspace): Promise<PulumiPerson> {
  const backend = path.join(workspace.folder, "backend");
  await rm(backend, { recursive: true });
  await cp(run.backend, backend, { recursive: true });
  return workspace.person(run.person, { program: recordedProgram, env: environmentAt(run, uko.url) });
}

/** Same exit code, same code for people, same resources, the same changes in the same order, and no step that one person took alone. */
async function expectAsUndisturbed(
  run: RecordedRun,
  uko: EmulatorProcess,
  person: PulumiPerson,
  again: Awaited<ReturnType<PulumiPerson["run"]>>,
): Promise<void> {
  const trail = (await uko.audit()).filter(({ operation }) => operation !== "seed");
  expect(effectsOf(trail), again.output).toEqual(effectsOf(run.calls));
  expect([again.exitCode, codeIn(again.output)], again.output).toEqual([
    run.result.exitCode,
    codeIn(run.result.output),
  ]);
  if (run.result.exitCode !== 0) expect(firstLineOf(again.output)).not.toBe("");
  const state = await person.exportState();
  const keys = (await uko.world()).keys.map(({ id }) => id);
  const inState = state.resources.map(({ outputs }) => outputs.keyId);
  expect(inState).toEqual(run.name === "remove" ? [] : keys);
  expect(keys).toHaveLength(run.name === "remove" ? 0 : 1);
  expect(JSON.parse(state.text).deployment.pending_operations ?? []).toEqual([]);
  const verdict = judge([...run.before, ...(trail as readonly AuditEntry[])], { required: true, gate: "both" });
  expect(explainVerdict(verdict)).toBe("");
}

function codeIn(output: string): string | undefined {
  return /\[(UKO_[A-Z_]+)\]/.exec(output)?.[1];
}

async function inParallel<T>(atOnce: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
