/** Runs with a wait budget. A run waits for another person, and never for a step that only its own caller or a new run can take. */

import { expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import {
  consentIn,
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

async function asked(by: Person): Promise<{ state: ManagedKeyState; record: string }> {
  const state = await uko.make();
  const { message } = await unfinished(uko.run(by).handlers, state);
  await uko.advance("60s");
  return { state, record: consentIn(message) };
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

test("a run whose person forgot UKO_CONSENT stops at once with the command", async () => {
  const { state, record } = await asked("bob");
  const alice = uko.run("alice");
  const { code, message } = await patientDestroy(alice, state);
  expect(code).toBe("UKO_APPROVAL_PENDING");
  expect(message).toContain(`UKO_CONSENT=${record} pulumi destroy`);
  expect(alice.sleeps.length).toBe(0);
});

test("a run that named another record stops at once with the command", async () => {
  const { state, record } = await asked("bob");
  const alice = uko.run("alice", { consents: ["0".repeat(32)] });
  const { message } = await patientDestroy(alice, state);
  expect(message).toContain(`UKO_CONSENT=${record}`);
  expect(alice.sleeps.length).toBe(0);
});

test("uko continue --wait stops at once if no request exists, because its own caller has to request", async () => {
  const state = await uko.make();
  const bob = uko.run("bob");
  const report = await bob.operations.continue(uko.ref(state.keyId), [], patience, options);
  expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", exitCode: 10 });
  expect(report.explanation.next[0]?.commands).toContain(`uko request ${state.vaultId}/${state.keyId}`);
  expect(bob.sleeps.length).toBe(0);
});

test("a run stops at once if the other person has consented by command before the run began", async () => {
  const { state, record } = await asked("bob");
  await uko.run("alice").operations.consent(uko.ref(state.keyId), record, options);
  await uko.advance("60s");
  const bob = uko.run("bob");
  const { message } = await patientDestroy(bob, state);
  expect(message).toMatch(/UKO_CONSENT=[0-9a-f]{32} pulumi destroy/);
  expect(bob.sleeps.length).toBe(0);
});

test("a run stops at its next read after the other person's consent by command arrives", async () => {
  const { state, record } = await asked("bob");
  const alice = uko.run("alice");
  const bob = runWith("bob", () => alice.operations.consent(uko.ref(state.keyId), record, options));
  const { message } = await patientDestroy(bob, state);
  const { deletion } = await alice.operations.status(uko.ref(state.keyId), options);
  expect(message).toContain(`UKO_CONSENT=${deletion.recordId} pulumi destroy`);
  expect(bob.sleeps.length).toBe(1);
});

test("a wait for another person continues, and its log shows the record and that person's command", async () => {
  const { state, record } = await asked("bob");
  const ref = uko.ref(state.keyId);
  const alice = uko.run("alice");
  const bob = runWith("bob", () => alice.operations.continue(ref, [record], { ...patience, budgetMs: 0 }, options));
  const { code, message } = await patientDestroy(bob, state);
  expect(bob.progress[0]).toContain(`uko approve ${state.vaultId}/${state.keyId} ${record}`);
  // Alice deactivated and wrote her half of destroy: Bob has to name that in a new run.
  expect(code).toBe("UKO_APPROVAL_PENDING");
  expect(message).toMatch(/UKO_CONSENT=(?!0)[0-9a-f]{32}/);
  expect(bob.sleeps.length).toBe(1);
});

test("a machine waits until people have taken every step", async () => {
  const { state, record } = await asked("bob");
  const machine = uko.run("pipeline");
  await patientDestroy(machine, state);
  expect(machine.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(8 * hourMs);
  expect(machine.progress.join("\n")).toContain(`uko approve ${state.vaultId}/${state.keyId} ${record}`);
});

test("a run stops at once if its caller has to name a KMS window, and the setter's run waits and shows the command", async () => {
  const state = await makeKmsKey(uko, { dualAuthDelete: true });
  const alice = kmsRun(uko, "alice");
  const outcome = await alice.handlers.delete(state, { ...options, waiting });
  expect(outcome).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
  expect(alice.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(8 * hourMs);
  const command = alice.progress.find((line) => line.includes("uko approve kms/")) ?? "";
  expect(command).toMatch(new RegExp(` ${state.keyId}@\\S+Z`));
  const bob = kmsRun(uko, "bob");
  expect(await bob.handlers.delete(state, { ...options, waiting })).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
  expect(bob.sleeps.length).toBe(0);
});
