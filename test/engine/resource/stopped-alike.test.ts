/** The messages of many resources that stop for one reason, and the end of a run that knows them all. */

import { expect, test } from "vitest";
import {
  createForAll,
  messageAmong,
  reasonOf,
  sayAhead,
  sayStopped,
} from "../../../provider/engine/resource/stopped-alike.ts";

const unfinished = {
  kind: "unfinished",
  code: "UKO_APPROVAL_PENDING",
  message: "whole",
  brief: "brief",
  summary: 'Key "d" is waiting',
  forAll: "To approve them, another person runs: uko approve",
} as const;

test("a run whose end counts them explains three resources and names the others in one line", () => {
  const messages = [1, 2, 3, 4].map((count) => messageAmong(unfinished, count, true));
  expect(messages).toEqual([
    "whole",
    "brief\n  [UKO_APPROVAL_PENDING]",
    "brief\n  [UKO_APPROVAL_PENDING]",
    'Key "d" is waiting [UKO_APPROVAL_PENDING]',
  ]);
  expect(sayStopped({ ...unfinished, type: "uko:index:ManagedKey", count: 300 })).toBe(
    [
      "300 resources of type uko:index:ManagedKey stopped: A second person must act [UKO_APPROVAL_PENDING]",
      "  To approve them, another person runs: uko approve",
    ].join("\n"),
  );
});

test("the line of a later key keeps the fact that no approval is known", () => {
  const unapproved = "No approval of the deactivation by a second person is known.";
  expect(messageAmong({ ...unfinished, unapproved }, 4)).toBe(
    `Key "d" is waiting. ${unapproved} To approve them, another person runs: uko approve [UKO_APPROVAL_PENDING]`,
  );
});

test("the preview of a destroy has one text for the resources to which the same happens", () => {
  const key = (name: string, message: string) => ({ type: "uko:index:ManagedKey", name, message });
  const texts = sayAhead(
    [
      key("a", 'Deleting key "a" requires two people\n  1. A request'),
      key("b", 'Key "b" is waiting for a second person'),
      key("c", 'Deleting key "c" requires two people\n  1. A request'),
    ],
    false,
  );
  expect(texts).toEqual([
    [
      "What a destroy does now, resources of type uko:index:ManagedKey: 2",
      '  Deleting key "a" requires two people',
      "    1. A request",
      "  The same applies to 1 more: c.",
    ].join("\n"),
    'What a destroy does now, resources of type uko:index:ManagedKey: 1\n  Key "b" is waiting for a second person',
  ]);
});

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const unrequestedKey = (at: number, over = {}) => ({
  ...{
    label: `draft-${at}`,
    vaultId,
    keyId: `9b2d0000-0000-4000-8000-0000000000${10 + at}`,
    keyState: "pre_activation",
  },
  ...over,
});
/** What a run prints after keys that wait for their first request. */
const hintFor = (keys: number, over: (at: number) => object = () => ({})) => {
  const forAllOf = createForAll();
  const hints = Array.from({ length: keys }, (_, at) =>
    forAllOf({ forAll: "", unrequested: unrequestedKey(at + 1, over(at + 1)) }),
  );
  return hints.at(-1);
};

test("the hint after keys that wait for their first request is the command that requests them", () => {
  expect(createForAll()({ forAll: "To approve them, another person runs: uko approve" })).toBe(
    "To approve them, another person runs: uko approve",
  );
  expect(hintFor(3)).toBe("To request them, a person runs: uko request draft-1 draft-2 draft-3");
  expect(hintFor(2, () => ({ program: "/opt/plugin" }))).toBe(
    "To request them, a person runs: /opt/plugin request draft-1 draft-2",
  );
  expect(hintFor(13)).toBe(
    `To request them, a person runs this command and checks its list: uko request --vault ${vaultId} --state pre_activation --label 'draft-*'`,
  );
});

test("a key that stops twice is named once, and keys in other states have a command of their own", () => {
  const forAllOf = createForAll();
  const hints = [1, 1, 2].map((at) => forAllOf({ forAll: "", unrequested: unrequestedKey(at) }));
  expect(hints[1]).toBe("To request them, a person runs: uko request draft-1");
  expect(hints[2]).toBe("To request them, a person runs: uko request draft-1 draft-2");
  expect(forAllOf({ forAll: "", unrequested: unrequestedKey(3, { keyState: "deactivated" }) })).toBe(
    "To request them, a person runs: uko request draft-3",
  );
});

test("labels that a shell or a glob would read in another way never stand in the hint", () => {
  const mean = ["a'; rm -rf ~ #", "b*", "$(id)", "-x"];
  const few = hintFor(4, (at) => ({ label: mean[at - 1] }));
  expect(few).toBe(
    `To request them, a person runs: uko request ${[1, 2, 3, 4].map((at) => `${vaultId}/${unrequestedKey(at).keyId}`).join(" ")}`,
  );
  const file =
    "To request them, a person writes the ID of each key on a line of a file, and runs: uko request --keys <file>";
  expect(hintFor(13, (at) => ({ label: `key ${at}'; rm -rf ~ #*` }))).toBe(file);
  expect(hintFor(13, (at) => ({ label: `${at % 2 === 0 ? "a" : "b"}-${at}` }))).toBe(file);
});

test("a command for many keys has a glob only for a prefix of at least 4 characters that ends at a separator", () => {
  const choiceFor = (labelOf: (at: number) => string) =>
    hintFor(13, (at) => ({ label: labelOf(at) }))
      ?.split(" ")
      .at(-1);
  expect(
    choiceFor((at) => (at === 1 ? "p" : `pipeline-test-${at}`)),
    "payroll is of another program",
  ).toBe("<file>");
  expect(choiceFor((at) => `pay${at}`)).toBe("<file>");
  expect(choiceFor((at) => `a-${at}`)).toBe("<file>");
  expect(
    choiceFor((at) => `pipeline-test${at}`),
    "pipeline-tests may be of another program",
  ).toBe("<file>");
  expect(choiceFor((at) => `pay_${at}`)).toBe("'pay_*'");
  expect(choiceFor((at) => `pay.${at}`)).toBe("'pay.*'");
});

test("KMS keys are named by their IDs, with the file for signed requests", () => {
  const kms = { vaultId: "", keyState: "active" };
  expect(hintFor(2, () => kms)).toBe(
    "To request them, a person runs: uko request kms/9b2d0000-0000-4000-8000-000000000011 kms/9b2d0000-0000-4000-8000-000000000012",
  );
  expect(hintFor(1, () => ({ ...kms, out: "requests.jsonl" }))).toMatch(/ --out requests\.jsonl$/);
  expect(hintFor(13, () => kms)).toMatch(/--keys <file>$/);
});

test("a preview counts the keys to which the run does the same, and names each one", () => {
  const twelve = Array.from({ length: 12 }, (_, at) => `draft-${at + 1}`);
  const waits = twelve.map((name) => ({
    ...{ type: "uko:index:ManagedKey", name },
    message: `Key "${name}" is waiting for a second person`,
  }));
  for (const name of twelve) expect(sayAhead(waits, true).join("\n")).toMatch(new RegExp(`\\b${name}\\b`));
  const key = (name: string) => ({
    ...{ type: "uko:index:ManagedKey", name, step: "request" as const },
    message: `Deleting key "${name}" requires two people\n  1. A request`,
  });
  for (const name of twelve) expect(sayAhead(twelve.map(key), true).join("\n")).toMatch(new RegExp(`\\b${name}\\b`));
  expect(sayAhead(["payroll", "orders", "ledger"].map(key), true)).toEqual([
    [
      "This run requests the deactivation of 3 keys: payroll, orders, ledger",
      '  Deleting key "payroll" requires two people',
      "    1. A request",
    ].join("\n"),
  ]);
});

test.each([
  ['Deleting KMS key "orders" requires two people', "Deleting a KMS key requires two people"],
  ['KMS key "orders" is destroyed: on 1 Oct', "A KMS key is destroyed"],
])("the reason of %j is %j", (message, reason) => {
  expect(reasonOf(message, { noun: "KMS key", name: "orders" })).toBe(reason);
});
