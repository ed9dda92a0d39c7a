/** `kill -9` of the provider at every call of the path: the next run completes, and no step happens twice. */

import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explainVerdict, judge } from "../../support/oracle.ts";
import { isWhole, tier } from "../../support/tier.ts";
import { type AuditEntry, type LocalUko, openEmulator, untilHeld } from "./support/emulator.ts";
import type { EnginePerson, EngineResult, EngineWorkspace } from "./support/engine.ts";
import { codeOf, firstLineOf, messageOf } from "./support/next-steps.ts";
import {
  changes,
  described,
  effectsOf,
  environmentAt,
  failuresOf,
  type RecordedPath,
  type RecordedRun,
  type RunName,
  recordedProgram,
  recordPath,
  runNamed,
  runs,
  sealAgain,
} from "./support/recorded-path.ts";
import { programWith } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

/** Each waits for the CLI most of the time, so two at once pay even on two cores. */
const engineRunsAtOnce = 2;
const limitMs = isWhole ? 1_800_000 : 180_000;

let recorded: RecordedPath;
beforeAll(async () => {
  recorded = await recordPath();
});
afterAll(() => recorded[Symbol.asyncDispose]());

test("the path creates, deactivates, destroys and removes one key, each step on an approval by another person", () => {
  expect(recorded.runs.map(({ name, result }) => [name, result.exitCode])).toEqual([
    ["up", 0],
    ["request", 1],
    ["deactivate", 1],
    ["destroy", 1],
    ["remove", 0],
  ]);
  expect(recorded.runs.map(({ calls }) => effectsOf(calls))).toEqual([
    ["createManagedKey Bob Example - > active"],
    ["updateManagedKey Carol Example active > active record deactivate engine"],
    ["deactivateManagedKey Carol Example active > deactivated"],
    ["destroyManagedKey Carol Example deactivated > destroyed"],
    ["deleteManagedKey Carol Example destroyed > removed"],
  ]);
});

/** The calls that cut data off, the only changes of their runs. `quick` kills the provider there alone. */
const quickKills: Partial<Record<RunName, string>> = {
  deactivate: "deactivateManagedKey",
  destroy: "destroyManagedKey",
};
const disturbed = runs.filter((name) => tier !== "quick" || name in quickKills);

test.each(disturbed)(
  "the next run completes %s after the provider was killed at any of its calls",
  async (name) => {
    const run = runNamed(recorded, name);
    const isDue = (operation: string): boolean => tier !== "quick" || operation === quickKills[name];
    const cases = run.calls.flatMap(({ operation }, call) =>
      (isWhole || changes.has(operation)) && isDue(operation)
        ? (["before", "after"] as const).map((when) => ({ operation, call, when }))
        : [],
    );
    const failures = await failuresOf(cases, engineRunsAtOnce, ({ call, when }) => killAt(run, call, when));
    console.log(`kill -9 of the provider in ${name}: ${cases.length} points at ${run.calls.length} calls`);
    expect(failures).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  },
  limitMs,
);

async function killAt(run: RecordedRun, call: number, when: "before" | "after"): Promise<void> {
  const uko = await openEmulator("documented", run.seed, (emulator) => sealAgain(recorded, run, emulator));
  const workspace = await userInterface.open();
  try {
    const person = await atTheStart(run, uko, workspace);
    await uko.control("faults", { hold: when, skip: call, times: 1 });
    const started = person.start(run.args);
    await untilHeld(uko);
    expect(await started.killProvider()).toBe(1);
    const crashed = await started.result;
    expect(crashed.exitCode, crashed.output).not.toBe(0);
    await uko.control("faults/release", {});

    const again = await goOn(run, person);
    await expectAsUndisturbed(run, uko, person, again);
  } finally {
    await workspace.dispose();
    await uko.stop();
  }
}

/** The same run again. If the engine names no resource, a person adopts the key whose creation got no response. */
async function goOn(run: RecordedRun, person: EnginePerson): Promise<EngineResult> {
  const again = await person.run(run.args);
  const [, existingKeyId] = /^Key (\S+) has this label, but not the mark/m.exec(messageOf(again.output)) ?? [];
  if (userInterface.marksCreations || existingKeyId === undefined) return again;
  await person.writeProgram(programWith({ ...described, existingKeyId }));
  return person.run(run.args);
}

async function atTheStart(run: RecordedRun, uko: LocalUko, workspace: EngineWorkspace): Promise<EnginePerson> {
  const backend = path.join(workspace.folder, "backend");
  await rm(backend, { recursive: true });
  await cp(run.backend, backend, { recursive: true });
  return workspace.person(run.person, { program: recordedProgram, env: environmentAt(recorded, run, uko.url) });
}

/** Same exit code, same code for people, same resources, the same changes in the same order, and no step that one person took alone. */
async function expectAsUndisturbed(
  run: RecordedRun,
  uko: LocalUko,
  person: EnginePerson,
  again: EngineResult,
): Promise<void> {
  const trail = (await uko.audit()).filter(({ operation }) => operation !== "seed");
  expect(effectsOf(trail), again.output).toEqual(effectsOf(run.calls));
  expect([again.exitCode, codeOf(again.output)], again.output).toEqual([
    run.result.exitCode,
    codeOf(run.result.output),
  ]);
  if (run.result.exitCode !== 0) expect(firstLineOf(again.output)).not.toBe("");
  const state = await person.exportState();
  const keys = (await uko.world()).keys.map(({ id }) => id);
  const inState = state.resources.map(({ outputs }) => outputs.keyId);
  expect(inState).toEqual(run.name === "remove" ? [] : keys);
  expect(keys).toHaveLength(run.name === "remove" ? 0 : 1);
  expect(JSON.parse(state.text).deployment?.pending_operations ?? []).toEqual([]);
  const verdict = judge([...run.before, ...(trail as readonly AuditEntry[])], { required: true, gate: "both" });
  expect(explainVerdict(verdict)).toBe("");
}
