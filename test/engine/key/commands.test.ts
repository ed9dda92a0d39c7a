import { describe, expect, test } from "vitest";
import type { Report } from "../../../provider/engine/loop/report.ts";
import type { KeyRef } from "../../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import { approve, options, type Person, unfinished, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

const atOnce = { budgetMs: 0, pollIntervalMs: 1000 };
const by = (who: Person) => uko.run(who).operations;
const refOf = (state: ManagedKeyState) => uko.ref(state.keyId);

async function recordOn(state: ManagedKeyState): Promise<string> {
  return (await by("erin").status(refOf(state), options)).deletion.recordId ?? "none";
}

describe("a repeated command", () => {
  test("writes a request once, does not move its expiry, and both runs succeed", async () => {
    const state = await uko.make();
    const first = await by("bob").request(refOf(state), "left", options);
    expect(first).toMatchObject({ exitCode: 0, taken: ["write_record"], lifecycleState: "pending_approval" });
    await uko.advance("1h");
    const second = await by("bob").request(refOf(state), "left", options);
    expect(second).toMatchObject({ exitCode: 0, taken: [], deletion: first.deletion });
    expect(second.explanation.summary).toBe(first.explanation.summary);
  });

  test("does not write a second request while another person's request is pending", async () => {
    const state = await uko.make();
    await by("bob").request(refOf(state), undefined, options);
    await uko.advance("60s");
    const seq = await uko.lastSeq();
    const report = await by("alice").request(refOf(state), undefined, options);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", exitCode: 10, taken: [] });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("writes an approval once", async () => {
    const state = await uko.make();
    await by("alice").request(refOf(state), undefined, options);
    await uko.advance("60s");
    const { sets } = await by("bob").approvable({ refs: [refOf(state)], stores: true }, options);
    const review = sets[0]?.file?.review;
    if (review === undefined) throw new Error("Nothing to approve.");
    const how = { stores: true, each: () => {} };
    const [first] = await by("bob").approve(review, how, options);
    expect(first).toMatchObject({ report: { exitCode: 0, taken: ["write_record"] } });
    const stored = await recordOn(state);
    await uko.advance("1h");
    const [second] = await by("bob").approve(review, how, options);
    expect(second).toMatchObject({ report: { exitCode: 0, taken: [], deletion: { recordId: stored } } });
    expect(await recordOn(state)).toBe(stored);
    await by("alice").continue(refOf(state), undefined, atOnce, options);
    expect((await by("erin").status(refOf(state), options)).keyState).toBe("deactivated");
    await uko.expectNobodyAlone();
  });

  test("refuses an approval of another request than the one that was shown, and of one's own request", async () => {
    const state = await uko.make();
    await by("alice").request(refOf(state), undefined, options);
    await uko.advance("60s");
    const other = { recordId: "0".repeat(32), stores: false };
    await expect(by("bob").approveOne(refOf(state), other, options)).rejects.toMatchObject({
      code: "UKO_CHANGED_MEANWHILE",
    });
    const own = { recordId: await recordOn(state), stores: false };
    await expect(by("alice").approveOne(refOf(state), own, options)).rejects.toMatchObject({
      code: "UKO_CHANGED_MEANWHILE",
      detail: expect.stringContaining("You requested this step yourself"),
    });
  });

  test("has nothing more to do after a withdrawal, a reactivation or a sync", async () => {
    const state = await uko.make();
    await by("bob").request(refOf(state), undefined, options);
    expect(await by("alice").withdraw(refOf(state), options)).toMatchObject({ exitCode: 0, taken: ["drop_record"] });
    expect(await by("alice").withdraw(refOf(state), options)).toMatchObject({ exitCode: 0, taken: [] });
    expect(await by("alice").reactivate(refOf(state), options)).toMatchObject({ exitCode: 0, taken: [] });
    expect(await by("alice").sync(refOf(state), options)).toMatchObject({ exitCode: 0, taken: ["sync"] });
  });
});

describe("limits of an operation", () => {
  test("status and plan write nothing for any caller", async () => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    await by("erin").status(refOf(state), options);
    await by("bob").plan(refOf(state), options);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("continue writes no request and approves nothing", async () => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    const unrequested = await by("alice").continue(refOf(state), undefined, atOnce, options);
    expect(unrequested).toMatchObject({ code: "UKO_REQUEST_PENDING", exitCode: 10, taken: [] });
    expect(await uko.effects(seq)).toEqual([]);
    await by("bob").request(refOf(state), undefined, options);
    await uko.advance("60s");
    const requested = await uko.lastSeq();
    const report = await by("alice").continue(refOf(state), undefined, atOnce, options);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", exitCode: 10, taken: [] });
    expect(await uko.effects(requested)).toEqual([]);
  });

  test("request takes no step that is due", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await by("bob").request(refOf(state), undefined, options);
    expect((await by("erin").status(refOf(state), options)).keyState).toBe("active");
  });

  test("request removes nothing, although removing requires no approval", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await uko.test.control(`keys/${state.keyId}`, { record: { state: "destroyed" }, material: "absent" });
    await uko.advance("60s");
    const report = await by("bob").request(refOf(state), undefined, options);
    expect(report).toMatchObject({ exitCode: 0, taken: [], lifecycleState: "destroyed" });
  });

  test("the command line ignores the program's `single`", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const report = await by("carol").continue(refOf(state), undefined, atOnce, options);
    expect(report.code).toBe("UKO_REQUEST_PENDING");
  });

  test("sync is refused while a record is pending", async () => {
    const state = await uko.make();
    await by("bob").request(refOf(state), undefined, options);
    const report = await by("alice").sync(refOf(state), options);
    expect(report).toMatchObject({ code: "UKO_DELETION_PENDING", exitCode: 12, taken: [] });
  });

  test("a destroyed key cannot be reactivated", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await uko.test.as("carol").step(state.keyId, "deactivate");
    await uko.advance("5h");
    await uko.test.as("carol").step(state.keyId, "destroy");
    for (const undo of ["withdraw", "reactivate"] as const) {
      expect(await by("carol")[undo](refOf(state), options)).toMatchObject({
        code: "UKO_ALREADY_DESTROYED",
        exitCode: 12,
      });
    }
  });
});

test("gate destroy: a caller may act alone on their own request for the outage by program, not by command", async () => {
  const state = await uko.make({ deletionGate: "destroy" });
  await by("alice").request(refOf(state), undefined, options);
  await uko.advance("60s");
  const byCommand = await by("alice").continue(refOf(state), undefined, atOnce, options);
  expect(byCommand).toMatchObject({ taken: [], code: "UKO_APPROVAL_PENDING" });
  const { handlers } = uko.run("alice");
  expect(await unfinished(handlers, state)).toMatchObject({ code: "UKO_REQUEST_PENDING" });
  expect(await uko.effects()).toEqual(["createManagedKey", "updateManagedKey", "deactivateManagedKey"]);
  await uko.advance("5h");
  await by("alice").request(refOf(state), undefined, options);
  await uko.advance("60s");
  const alone = await by("alice").continue(refOf(state), undefined, atOnce, options);
  expect(alone).toMatchObject({ taken: [], code: "UKO_APPROVAL_PENDING" });
  await uko.expectNobodyAlone({ gate: "destroy" });
});

describe("a key that does not exist", () => {
  const isNotFound = expect.objectContaining({ code: "UKO_KEY_NOT_FOUND" });
  const refuses: readonly (readonly [string, (ref: KeyRef) => Promise<Report>])[] = [
    ["request", (ref) => by("bob").request(ref, undefined, options)],
    ["approve", (ref) => by("bob").approveOne(ref, { recordId: "0".repeat(32), stores: false }, options)],
    ["withdraw", (ref) => by("bob").withdraw(ref, options)],
    ["reactivate", (ref) => by("bob").reactivate(ref, options)],
    ["sync", (ref) => by("bob").sync(ref, options)],
  ];
  test.each(refuses)("is a fault for %s", async (_, act) => {
    await expect(act(await mistyped())).rejects.toEqual(isNotFound);
  });

  const responses: readonly (readonly [string, (ref: KeyRef) => Promise<Report>])[] = [
    ["status", (ref) => by("bob").status(ref, options)],
    ["plan", (ref) => by("bob").plan(ref, options)],
    ["continue", (ref) => by("bob").continue(ref, undefined, atOnce, options)],
    ["remove", (ref) => by("bob").remove(ref, options)],
  ];
  test.each(responses)("is deleted for %s, which adds that the ID may be mistyped", async (name, act) => {
    const report = await act(await mistyped());
    // A deletion has reached its goal; a question has no response.
    const isQuestion = name === "status" || name === "plan";
    expect(report).toMatchObject({ lifecycleState: "gone", exitCode: isQuestion ? 1 : 0 });
    expect(report.explanation.summary).toContain("is gone, or its ID is mistyped");
  });

  async function mistyped(): Promise<KeyRef> {
    return { ...refOf(await uko.make()), keyId: "00000000-0000-4000-8000-000000000000" };
  }
});

test("the JSON report keeps its shape", async () => {
  const state = await uko.make();
  const reports: Record<string, Report> = {};
  reports.active = await by("bob").status(refOf(state), options);
  reports.requested = await by("bob").request(refOf(state), undefined, options);
  await uko.advance("60s");
  reports.deactivated = await approve(uko.run("alice"), refOf(state));
  reports.unrequested = await by("alice").continue(refOf(state), undefined, atOnce, options);
  reports.requestedAgain = await by("bob").request(refOf(state), "left", options);
  await uko.advance("60s");
  reports.stored = await approve(uko.run("alice"), refOf(state), { stores: true });
  reports.approved = await by("erin").status(refOf(state), options);
  await uko.advance("5h");
  reports.pending = await by("bob").continue(refOf(state), undefined, atOnce, options);
  await uko.advance("31d");
  reports.removed = await by("bob").continue(refOf(state), undefined, atOnce, options);
  reports.gone = await by("erin").status(refOf(state), options);
  const lines = Object.entries(reports).map(([after, { explanation, key, ...report }]) =>
    // Golden files cover the words, and shown-key.test.ts what is shown of a key.
    JSON.stringify({ after, ...report, key: key && Object.keys(key), explanation: Object.keys(explanation).sort() })
      .replaceAll(state.keyId, "<key>")
      .replaceAll(/"[0-9a-f]{32}"/g, '"<record>"'),
  );
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("../../golden/engine/reports.jsonl");
});
