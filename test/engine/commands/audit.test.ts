import { describe, expect, test } from "vitest";
import { auditEvidence, evidenceLine, pairSteps } from "../../../provider/engine/commands/audit.ts";
import { auditFindings, auditRows } from "../../../provider/engine/commands/audit-messages.ts";
import { alice, bob, consent, evidenceText } from "../../support/evidence-text.ts";

/** A line of a step that a second person allowed. */
const line = (over: Readonly<Record<string, unknown>> = {}): string =>
  evidenceText({ allowedBy: consent(alice.iamId), ...over });
const both = (over: Readonly<Record<string, unknown>>) => [line({ ...over, phase: "before" }), line(over)];
const alone = { allowedBy: undefined };
const deactivate = { step: "deactivate", from: "active", to: "deactivated" };

describe("one step", () => {
  test("that had no effect is closed by the person who took it, and its effect by anyone", () => {
    const closedBy = (state: string) => {
      const closing = { phase: "settled", from: state, to: state, actor: bob };
      const lines = [line({ phase: "before" }), line({ phase: "before", actor: alice }), line(closing)];
      return pairSteps(lines.map((each) => evidenceLine.parse(JSON.parse(each)))).map(({ settled }) => settled?.from);
    };
    expect(closedBy("deactivated")).toEqual(["deactivated", undefined]);
    expect(closedBy("destroyed")).toEqual([undefined, "destroyed"]);
  });

  test("is one event, however many lines and files report it", () => {
    const [before = "", after = ""] = both({ correlationId: "c-1" });
    const { events } = auditEvidence([`${before}\n`, `${before}\n${after}\n`]);
    expect(events).toMatchObject([{ step: "destroy", isConfirmed: true, isSingle: false, correlationId: "c-1" }]);
  });

  test("is reported if the step began and did not finish, also next to a later finished one", () => {
    const unfinished = line({ phase: "before", time: "2026-11-24T13:00:00Z" });
    const { events } = auditEvidence([[unfinished, ...both({})].join("\n")]);
    expect(events.map(({ isConfirmed, time }) => [isConfirmed, time])).toEqual([
      [false, "2026-11-24T13:00:00Z"],
      [true, "2026-11-24T14:22:00Z"],
    ]);
  });

  test.each([
    [{}, false],
    [alone, true],
    [{ allowedBy: consent(bob.iamId) }, true],
    [{ ...alone, ...deactivate }, true],
    [{ ...alone, step: "remove" }, undefined],
    [{ ...alone, step: "write_record" }, undefined],
  ])("is single-person if no other person approved it: %j", (over, single) => {
    expect(auditEvidence([line(over)]).events[0]?.isSingle).toBe(single);
  });
});

test("a row names who requested, approved and executed, and the author of a response is its approver", () => {
  const request = { ...consent(bob.iamId), id: "1".repeat(32) };
  const approval = { ...consent(alice.iamId), id: "2".repeat(32), how: "approval", requestId: request.id };
  const written = line({ step: "write_record", actor: bob, record: request, allowedBy: undefined });
  const rowOf = (over: Readonly<Record<string, unknown>>) =>
    auditRows(auditEvidence([`${written}\n${line({ ...over, time: "2026-11-24T16:00:00Z" })}`]))
      .at(-1)
      ?.slice(5, 8);
  const named = { actor: bob, allowedBy: approval };
  const [bobs, alices] = [`${bob.iamId} ("${bob.name}")`, `${alice.iamId} ("${alice.name}")`];
  expect(rowOf({ actor: alice, allowedBy: request })).toEqual([bobs, alices, alices]);
  // No line has Alice's name, because she executed nothing.
  expect(rowOf(named)).toEqual([bobs, alice.iamId, bobs]);
  expect(rowOf({ ...named, allowedBy: { ...approval, requestId: "3".repeat(32) } })?.[0]).toBe("not recorded");
  expect(rowOf({ allowedBy: { ...request, author: "" } })?.slice(0, 2)).toEqual(["not recorded", bobs]);
  expect(rowOf({ ...named, allowedBy: { ...approval, author: bob.iamId } })?.[1]).toBe("(one person)");
});

test("skips and counts incomplete lines and unknown versions", () => {
  const audit = auditEvidence([`${line()}\n{"v":1,"ti\n${line({ v: 2 })}\n[]\n\n`]);
  expect([audit.events.length, audit.unreadableLines, audit.unknownVersions]).toEqual([1, 2, 1]);
});

test("ignores properties that a later release adds", () => {
  expect(auditEvidence([line({ certificate: "…", resource: "kms_key" })]).events).toHaveLength(1);
});

test.each([
  [{ since: "2026-11-25" }, ["k-2"]],
  [{ key: "k-1" }, ["k-1"]],
  [{ key: "ledger" }, ["k-2"]],
  [{ vaultId: "v-2" }, ["k-2"]],
  [{ step: "deactivate" }, ["k-2"]],
  [{ person: "alice" }, ["k-1", "k-2"]],
  [{ person: "550000BOB" }, ["k-1"]],
  [{ person: "carol" }, []],
])("filters by %j", (filter, found) => {
  const other = { ...deactivate, time: "2026-11-26T00:00:00Z", keyId: "k-2", vaultId: "v-2", label: "ledger" };
  const text = [line(), line({ ...other, actor: alice, allowedBy: consent("IBMid-X") })].join("\n");
  expect(auditEvidence([text], filter).events.map(({ keyId }) => keyId)).toEqual(found);
});

test("lists the open questions", () => {
  const two = [both({}).join("\n"), line({ keyId: "k-2" }), '{"v":1\n{"v":2', `${line({ v: 3 })}\n${line({ v: 4 })}`];
  expect(auditFindings(auditEvidence(two, { person: "carol" }))).toEqual([
    "The evidence has 2 steps, and none of them matches.",
    "2 changes of keys' states are not in the evidence: another tool made them, or files of other machines are missing.",
    "2 incomplete lines were skipped.",
    "2 lines were skipped, because this release does not know their versions.",
  ]);
  const identical = [line(alone), line({ ...alone, keyId: "k-2" })];
  expect(auditFindings(auditEvidence(identical))).toContain("2 steps were taken by one person alone.");
  const unfinished = ["k-1", "k-2"].map((keyId) => line({ keyId, phase: "before" }));
  expect(auditFindings(auditEvidence(unfinished)).join()).toContain(
    "2 steps were started but never recorded as finished: ",
  );
});

test("distinguishes an empty file from a filter without matches", () => {
  expect(auditFindings(auditEvidence([]))).toEqual(["The evidence has no steps."]);
  expect(auditFindings(auditEvidence([], { step: "destroy" }))).toEqual(["The evidence has no steps."]);
  expect(auditFindings(auditEvidence([line(deactivate)], { step: "remove" }))).toEqual([
    "The evidence has 1 step, which does not match.",
  ]);
});

describe("a gap", () => {
  const request = line({ step: "write_record", from: "active", to: "active", record: consent(bob.iamId), ...alone });
  const remove = { step: "remove", from: "destroyed", to: "absent", time: "2026-12-25T00:00:00Z", ...alone };
  const gapsOf = (lines: readonly string[], filter = {}) =>
    auditEvidence([lines.join("\n")], filter).gaps.map(({ step, from, to, time }) => [step, from, to, time]);

  test("is a row and a finding if the destruction of a removed key is in no file", () => {
    const audit = auditEvidence([[request, ...both(remove)].join("\n")]);
    expect(auditRows(audit).map((row) => row.slice(0, 5).join(" "))).toEqual([
      "2026-11-24T14:22:00Z request to destroy payroll active active",
      "2026-12-25T00:00:00Z not in the evidence payroll active destroyed",
      "2026-12-25T00:00:00Z remove payroll destroyed absent",
    ]);
    expect(auditFindings(audit)).toEqual([
      "1 change of a key's state is not in the evidence: another tool made it, or the file of another machine is missing.",
    ]);
    expect(gapsOf(both({ ...remove, resource: "vault" }))).toEqual([]);
  });

  test("has no state before if the first line of a key shows it", () => {
    expect(gapsOf([line()])).toEqual([["not_recorded", "", "deactivated", "2026-11-24T14:22:00Z"]]);
  });

  test.each([
    ["an interrupted deactivation took effect", line({ ...deactivate, phase: "before" }), line()],
    ["an interrupted deactivation had no effect", line({ ...deactivate, phase: "before" }), line(deactivate)],
    [
      "the activation date of the key came",
      line({ step: "hold", from: "pre_activation", to: "pre_activation" }),
      request,
    ],
    ["two machines wrote in the same second", line(), line(deactivate)],
  ])("is not where %s", (_, ...lines) => {
    expect(gapsOf(lines)).toEqual([]);
  });

  test("may hide any step of any person, so only time, vault and key leave it out", () => {
    const lines = [request, ...both(remove)];
    expect(gapsOf(lines, { step: "destroy", person: "carol" })).toHaveLength(1);
    expect(gapsOf(lines, { since: "2027-01-01" })).toEqual([]);
    expect(gapsOf(lines, { vaultId: "v-2" })).toEqual([]);
    expect(gapsOf(lines, { key: "ledger" })).toEqual([]);
  });
});

test.each([
  ["decline of request to destroy", { actor: alice, dropped: consent(bob.iamId), reason: "Still in use" }],
  ["withdrawal of request to destroy", { dropped: consent(bob.iamId) }],
  ["removal of request to destroy", { actor: alice, dropped: consent(bob.iamId) }],
  ["withdrawal of approval to destroy", { actor: alice, dropped: { ...consent(alice.iamId), how: "approval" } }],
  ["removal of a request", {}],
])("a row names a %s, with the reasons", (words, over) => {
  const text = line({ step: "drop_record", from: "active", to: "active", ...alone, ...over });
  const [[, step, , , , requester, , , note] = []] = auditRows(auditEvidence([text]));
  expect([step, note]).toEqual([
    words,
    "reason" in over ? expect.stringContaining('"Still in use"') : expect.anything(),
  ]);
  if (/(decline|withdrawal) of request/.test(words)) {
    expect([requester, note]).toEqual([
      expect.stringMatching(/^IBMid-550000BOB/),
      expect.stringContaining('for "Payroll moved"'),
    ]);
  }
});
