/** Runs with a wait budget. A waiting run takes what people approve meanwhile for its caller, and nothing else. */

import { expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import {
  approve,
  approveAndRequest,
  options,
  type Person,
  type PersonsRun,
  type RunChoices,
  unfinished,
  useEngineWorld,
} from "../engine/harness.ts";
import { kmsRun, makeKmsKey } from "../engine/kms-stage.ts";

const uko = useEngineWorld();
const hourMs = 3_600_000;
const patience = { budgetMs: 8 * hourMs, pollIntervalMs: 600_000 };
const waiting = { timeoutMs: 8 * hourMs, warn: () => {} };

async function asked(by: Person): Promise<ManagedKeyState> {
  const state = await uko.make();
  await unfinished(uko.run(by).handlers, state);
  await uko.advance("60s");
  return state;
}

/** A destroy in which `UKO_WAIT` grants eight hours. */
async function patientDestroy(run: PersonsRun, state: unknown): Promise<{ code: string; message: string }> {
  const outcome = await run.handlers.delete(state, { ...options, waiting });
  if (outcome.kind === "ended") throw new Error("The engine would forget the key.");
  return outcome;
}

/** A run of a person in which something happens once, in its first pause. */
function runWith(who: Person, meanwhile: () => Promise<unknown>, choices: RunChoices = {}): PersonsRun {
  let hasHappened = false;
  return uko.run(who, {
    ...choices,
    wrap: (world) => ({
      ...world,
      clock: {
        ...world.clock,
        async sleep(ms, signal) {
          await world.clock.sleep(ms, signal);
          if (hasHappened) return;
          hasHappened = true;
          await meanwhile();
        },
      },
    }),
  });
}

const totalOf = ({ sleeps }: Pick<PersonsRun, "sleeps">): number => sleeps.reduce((sum, ms) => sum + ms, 0);

test("a run whose own caller can approve waits, shows the command, and approves nothing itself", async () => {
  const state = await asked("bob");
  const alice = uko.run("alice");
  const { code } = await patientDestroy(alice, state);
  expect([code, totalOf(alice)]).toEqual(["UKO_APPROVAL_PENDING", 8 * hourMs]);
  expect(alice.progress.join("\n")).toContain("uko approve payroll");
  expect((await uko.keyOf(state)).state).toBe("active");
});

test("uko continue --wait writes no request, and continues once a person has requested the step", async () => {
  const state = await uko.make();
  const ref = uko.ref(state.keyId);
  const alice = uko.run("alice");
  const report = await alice.operations.continue(ref, undefined, patience, options);
  expect(report).toMatchObject({ code: "UKO_REQUEST_PENDING", exitCode: 10 });
  expect(report.explanation.next[0]?.commands).toEqual(["uko request payroll"]);
  expect(await uko.tagNames(state)).toEqual(["uko_created", "uko_dual"]);
});

test("a waiting run takes the step that another person approves for its caller meanwhile", async () => {
  const state = await asked("carol");
  const carol = runWith("carol", () => approve(uko.run("alice"), uko.ref(state.keyId), { stores: true }));
  const { code } = await patientDestroy(carol, state);
  // The destruction is never requested by an engine, however long the run waits.
  expect(code).toBe("UKO_REQUEST_PENDING");
  expect((await uko.keyOf(state)).state).toBe("deactivated");
  await uko.expectNobodyAlone();
});

test("a waiting run of a third person takes no step on an approval that another person requested", async () => {
  const state = await asked("carol");
  const bob = runWith("bob", () => approve(uko.run("alice"), uko.ref(state.keyId), { stores: true }));
  const { code, message } = await patientDestroy(bob, state);
  expect(code).toBe("UKO_APPROVAL_PENDING");
  expect(message).toContain("Carol");
  expect((await uko.keyOf(state)).state).toBe("active");
});

test("a wait for another person continues, and its log shows that person's command", async () => {
  const state = await asked("bob");
  const bob = runWith("bob", () => approveAndRequest(uko.run("alice"), uko.ref(state.keyId)));
  const { code } = await patientDestroy(bob, state);
  expect(bob.progress[0]).toContain("uko approve payroll");
  expect(code).toBe("UKO_APPROVAL_PENDING");
  expect((await uko.keyOf(state)).state).toBe("deactivated");
});

test("a machine waits until people have taken every step", async () => {
  const state = await asked("bob");
  const machine = uko.run("pipeline");
  await patientDestroy(machine, state);
  expect(totalOf(machine)).toBe(8 * hourMs);
  expect(machine.progress.join("\n")).toContain("uko approve payroll");
});

test("a run that deletes a KMS key waits for both people, and opens no deletion window", async () => {
  const state = await makeKmsKey(uko, { dualAuthDelete: true });
  const alice = kmsRun(uko, "alice");
  const outcome = await alice.handlers.delete(state, { ...options, waiting });
  expect(outcome).toMatchObject({ code: "UKO_REQUEST_PENDING" });
  expect(totalOf(alice)).toBe(8 * hourMs);
  expect(alice.progress.join("\n")).toContain(`uko request kms/${state.keyId}`);
});
