/** The text that a person reads before an approval: one key in full, or many keys with the exceptions first. */

import { describe, expect, it } from "vitest";
import { classesToConfirm, warningsIn } from "../../../../provider/engine/key/exceptions.ts";
import * as approvalMessages from "../../../../provider/engine/key/sets/approval-messages.ts";
import type { KeyInReview } from "../../../../provider/engine/key/sets/review-set.ts";
import { showKey } from "../../../../provider/engine/key/shown-key.ts";
import { sayKmsKey } from "../../../../provider/engine/kms-key/words.ts";
import type { PastLabel } from "../../../../provider/engine/ports/shown-key.ts";
import { sayKey } from "../../../../provider/engine/text/words.ts";
import { admitToReview } from "../../../../provider/lifecycle/consent/review.ts";
import {
  aKeystoreStatus,
  aKeyWith,
  aRecord,
  aReviewScope,
  dayMs,
  digestsOf,
  hourMs,
  nowMs,
  someFacts,
  someResources,
} from "../../../support/builders.ts";
import { aSnapshot } from "../../fakes.ts";

interface Choices extends Partial<Pick<KeyInReview, "releasedHolds" | "waitsFor">> {
  readonly createdAtMs?: number;
  readonly templateName?: string;
  readonly past?: readonly PastLabel[];
  readonly label?: string;
  readonly description?: string;
  readonly resources?: readonly string[];
  readonly record?: Parameters<typeof aRecord>[0];
}

const keyId = (n: number): string => `9b2d0000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Observes a key whose deactivation Alice requested an hour ago. */
function observedKey(n: number, choices: Choices = {}) {
  const { label = `key-${n}`, description = "", resources = [] } = choices;
  const facts = someFacts({ keyId: keyId(n), label, description });
  const record = aRecord({ digest: digestsOf(facts).deactivate, ...choices.record }, keyId(n));
  return aKeyWith(record, {
    facts,
    keystores: [aKeystoreStatus({ name: "payroll-ring" })],
    use: { kind: "known", count: resources.length, retainedBy: [], resources: someResources(resources) },
  });
}

function aKeyInReview(n: number, choices: Choices = {}): KeyInReview {
  const { releasedHolds = [], waitsFor, past = [] } = choices;
  const observation = observedKey(n, choices);
  const admitted = admitToReview(observation, aReviewScope(), nowMs);
  if (admitted.kind !== "line") throw new Error(`Not reviewable: ${admitted.why.kind}`);
  const { line, record } = admitted;
  const { createdAtMs = nowMs - 400 * dayMs, templateName = "payroll" } = choices;
  const stamps = { createdAtMs, createdBy: "IBMid-550000CAR0" };
  const snapshot = aSnapshot({ templateName, ...stamps });
  const shown = showKey({ observation, snapshot, nowMs }, { pastLabels: past, warningWords: [] });
  return {
    line,
    record,
    name: line.label,
    nowMs,
    releasedHolds,
    unapproved: undefined,
    shown,
    ...(waitsFor !== undefined && { waitsFor }),
  };
}

const vaults = new Map([[someFacts().vaultId, "payments"]]);
const { groupHeads, purpose, listKeys } = approvalMessages;
const describeOne = (key: KeyInReview) => approvalMessages.describeOne(key, vaults);
const summarize = (keys: readonly KeyInReview[]) => [
  ...approvalMessages.sayCounts(keys, vaults),
  ...approvalMessages.sayExceptions(keys),
  ...approvalMessages.sayClasses(keys),
];
const { sayClasses, sayExceptions } = approvalMessages;

describe("a text that warns", () => {
  it.each([
    ["Please KEEP until the audit", [], true],
    ["bookkeeping", [], false],
    ["do-not-delete", [], true],
    ["Nie usuwać!", ["nie usuwać"], true],
    ["NIE_USUWAĆ=true", ["nie-usuwać"], true],
    ["nieważne", ["nie"], false],
    // Two encodings of one letter.
    ["Lo\u0308schen verboten", ["l\u00f6schen"], true],
    // Scripts without spaces between words.
    ["このキーは削除禁止です", ["削除禁止"], true],
    // A list of its own takes no word away.
    ["do not delete", ["nie usuwać"], true],
  ] as const)("%s, with the words %j: %j", (text, words, warns) => {
    expect(warningsIn([text], words)).toEqual(warns ? [text] : []);
  });
});

describe("one key", () => {
  it("is described in full: who asks and why, what uses it, where it is, and what it waits for", () => {
    const key = aKeyInReview(1, {
      ...{ label: "payroll", description: "Do not delete before the audit", resources: ["crn:1", "crn:2"] },
      ...{ record: { how: "engine", reason: "Payroll moved" }, waitsFor: "The key is cooling down" },
    });
    expect(describeOne(key)).toEqual([
      "Once the key is deactivated, a person with the role Vault Administrator can destroy it alone, with other tools.",
      `Key: ${key.line.vaultId}/${keyId(1)}, in vault payments.`,
      'IBMid-550000AL1C ("Alice Example") requested the deactivation on 24 Nov 2026 13:22 UTC, because an engine ran a deletion.',
      "Created on 20 Oct 2025 14:22 UTC, 400 d ago, by IBMid-550000CAR0.",
      "Algorithm: aes 256. Template: payroll.",
      'Keystore "payroll-ring" (ibm_cloud_kms): active, in sync.',
      'Used by: "bucket crn:1" (cloud-object-storage), "bucket crn:2" (cloud-object-storage).',
      "Said by the requester, IBMid-550000AL1C:",
      "  Label: payroll",
      "  Description: Do not delete before the audit",
      "  Reason: Payroll moved",
      "  Activation date: 2026-01-01",
      "The key is cooling down.",
    ]);
  });

  it("says what a deactivation opens, and says nothing of it for a destruction", () => {
    const opens = /a person with the role Vault Administrator can destroy it alone, with other tools\.$/m;
    const key = aKeyInReview(1);
    expect(describeOne(key).join("\n")).toMatch(opens);
    expect(describeOne({ ...key, record: { ...key.record, step: "destroy" } }).join("\n")).not.toMatch(opens);
  });

  it("says that UKO knows of no use, which is not the same as no use", () => {
    expect(describeOne(aKeyInReview(1))).toContain("Used by: nothing that UKO knows.");
  });

  it("of a plain key has neither reason nor description", () => {
    expect(describeOne(aKeyInReview(1)).join("\n")).not.toMatch(/Reason|Description|engine|undefined/);
  });

  it("is named by its label, whose quotes cannot end the name and begin a sentence of uko", () => {
    const key = aKeyInReview(1, { label: 'test". Nothing uses this key. Ignore key "x' });
    const named = "key \"test'. Nothing uses this key. Ignore key 'x\"";
    expect(approvalMessages.titleOfApproval(key)).toMatch(new RegExp(`^Deactivate ${named}\\. Everything that uses`));
    expect(sayKey(observedKey(1, { label: key.line.label }))).toBe(named);
    expect(sayKmsKey({ name: key.line.label })).toBe(`KMS ${named}`);
  });

  it("contains no control characters of a label or a description", () => {
    const lines = describeOne(aKeyInReview(1, { label: "pay\u001b[31m\nroll", description: "a\u0007\nb" }));
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  });
});

const released = { hold: "legal ticket L_7", releasedBy: "IBMid-550000BOB", atMs: nowMs - dayMs, reason: "Closed" };

describe("many keys", () => {
  const usual = Array.from({ length: 290 }, (_, n) => aKeyInReview(n));
  const odd: readonly KeyInReview[] = [
    ...[300, 301, 302, 303, 304, 305, 306].map((n) => aKeyInReview(n, { resources: ["crn:1"] })),
    aKeyInReview(310, { releasedHolds: [released] }),
    aKeyInReview(311, { description: "Legal hold until 2030" }),
    aKeyInReview(312, { createdAtMs: nowMs - dayMs, templateName: "cards" }),
  ];

  it("are summarized with the exceptions by class: the rarest first, the rule of the class, and at most five names", () => {
    const renamed = { past: [{ label: "production", seenAt: "2026-11-01T00:00:00Z", source: "evidence" }] } as const;
    const keys = [...usual, ...odd, aKeyInReview(313, renamed)];
    expect([...approvalMessages.sayCounts(keys, vaults), ...sayClasses(keys)]).toEqual([
      "Once the keys are deactivated, a person with the role Vault Administrator can destroy them alone, with other tools.",
      "The earliest request was made on 24 Nov 2026 13:22 UTC, 1 h ago.",
      "Vaults: payments (301).",
      "Templates: payroll (300), cards (1).",
      "Keystores: ibm_cloud_kms (301).",
      '1 renamed, known here under another label: key-313 (was "production").',
      "1 released, from a hold: key-310.",
      '1 with a warning, in the description or a tag: key-311 ("Legal hold until 2030").',
      "1 recent, created in the last 30 days: key-312.",
      '1 rare, of a template that few of these keys, or few with a similar label, have: key-312 ("cards").',
      expect.stringMatching(/^7 in use, by resources that UKO knows: key-300 \(by "bucket crn:1" .*, and 2 more\.$/),
    ]);
    // Two names of the largest class stand in the list of all exceptions alone.
    expect(sayExceptions(keys)).toHaveLength(11);
    expect(sayExceptions([...usual, ...odd.slice(7)])).toEqual([]);
  });

  it.each(["Nicht löschen", "do not touch", "NE PAS supprimer", "No borrar", "bewaren"])(
    "with the description %j are named as a warning",
    (description) => {
      expect(sayClasses([...usual.slice(0, 9), aKeyInReview(320, { description })])).toEqual([
        `1 with a warning, in the description or a tag: key-320 ("${description}").`,
      ]);
    },
  );

  it("quote a label that could pass for more of the line", () => {
    const label = 'test-1 (by nothing), test-2, and 300 more. 1 "in use';
    const quoted = `"${label.replace('"', "'")}"`;
    const key = aKeyInReview(320, { label, resources: ["crn:1"] });
    const plainKey = aKeyInReview(321, { label: "eu/pay_roll-1.2", resources: ["crn:1"] });
    expect(sayClasses([...usual, key, plainKey])).toEqual([
      `2 in use, by resources that UKO knows: ${quoted} (by "bucket crn:1" (cloud-object-storage)), eu/pay_roll-1.2 (by "bucket crn:1" (cloud-object-storage)).`,
      `2 unlike, with a label unlike the others: ${quoted}, eu/pay_roll-1.2.`,
    ]);
    expect(listKeys([key, plainKey], vaults).rows.map(([first]) => first)).toEqual([quoted, "eu/pay_roll-1.2"]);
    expect(approvalMessages.sayApart([{ label, why: "it is held" }])[1]).toBe(`  ${quoted}: it is held.`);
    // Without a visible character, the quotes alone show that there is a name.
    expect(listKeys([aKeyInReview(322, { label: " " })], vaults).rows[0]?.[0]).toBe('""');
  });

  it("says what to run after a refusal", () => {
    const key = { vaultId: "v", keyId: "k", label: "ledger", why: "it is not known who opened the window" };
    const remedy = { who: "someone with the role Key Custodian - Deployer runs", commands: ["uko reactivate ledger"] };
    const reason = { who: "after that, run", commands: ["uko approve payroll"] };
    const other = { ...key, label: "payroll", why: 'The backing key of key "payroll" is not active', remedy: reason };
    expect(approvalMessages.explainKeysApart([{ ...key, remedy }, key, other, other]).slice(-4)).toEqual([
      `  Next, for ledger: ${remedy.who}:`,
      "    uko reactivate ledger",
      `  Next, for payroll: ${reason.who}:`,
      "    uko approve payroll",
    ]);
    const third = { ...key, label: "wages", why: "it is locked", remedy };
    const lines = approvalMessages.explainKeysApart([{ ...key, remedy }, other, third]);
    expect(lines.filter((line) => line.includes("Next"))).toHaveLength(2);
    expect(approvalMessages.explainKeysApart([key, { ...key, remedy }]).slice(-2)).toEqual([
      `  Next: ${remedy.who}:`,
      "    uko reactivate ledger",
    ]);
  });

  it("cuts a reason in the last lines, so that a long hold tag pushes no class out of sight, and says it whole above", () => {
    const why = `it is held: ${"x".repeat(5_000)}`;
    const [, line = ""] = approvalMessages.sayApart([{ label: "payroll", why }]);
    expect(line).toMatch(/^ {2}payroll: it is held: x+…$/);
    expect(line.length).toBeLessThanOrEqual(202);
    expect(approvalMessages.sayEachApart([{ label: "payroll", why }])).toEqual([`  payroll: ${why}.`]);
    expect(approvalMessages.sayEachApart([{ label: "payroll", why: "it is held" }])).toEqual([]);
  });

  it("count the former labels of a key that the line does not show", () => {
    const past = ["production", "test-1", "test-2", "test-3"].map((label, at) => {
      return { label, seenAt: `2026-11-0${at + 1}T00:00:00Z`, source: "evidence" } as const;
    });
    expect(sayClasses([...usual, aKeyInReview(313, { past })])).toEqual([
      '1 renamed, known here under another label: key-313 (was "test-3", "test-2" and "production", and 1 more in the evidence of this machine).',
    ]);
  });

  it.each([4, 14])("of which %i are recent say the same rule", (recent) => {
    const keys = Array.from({ length: recent }, (_, n) => aKeyInReview(n, { createdAtMs: nowMs - dayMs }));
    expect(sayClasses([...keys, ...usual])[0]).toMatch(new RegExp(`^${recent} recent, created in the last 30 days: `));
  });

  it("of which all are recent have one line about it, and no name twice", () => {
    const keys = Array.from({ length: 14 }, (_, n) => aKeyInReview(n, { createdAtMs: nowMs - dayMs }));
    expect(sayExceptions(keys)).toEqual([]);
    expect(sayClasses(keys)).toEqual(["All 14 are recent, created in the last 30 days."]);
    expect(classesToConfirm(keys)).toBe("");
  });

  it("of which most are recent, or in use, say so in one line, and only what can harm is typed and named", () => {
    const some = usual.slice(0, 6);
    const recent = Array.from({ length: 14 }, (_, n) => aKeyInReview(400 + n, { createdAtMs: nowMs - dayMs }));
    expect(sayClasses([...some, ...recent])).toEqual(["Most, 14 of 20, are recent, created in the last 30 days."]);
    expect([classesToConfirm([...some, ...recent]), sayExceptions([...some, ...recent])]).toEqual(["", []]);
    const used = Array.from({ length: 14 }, (_, n) => aKeyInReview(400 + n, { resources: ["crn:1"] }));
    expect(sayClasses([...some, ...used])).toEqual(["Most, 14 of 20, are in use, by resources that UKO knows."]);
    expect(classesToConfirm([...some, ...used])).toBe("14 in use");
    expect(sayExceptions([...some, ...used])).toHaveLength(14);
  });

  it("of which one person wrote to most before the plan name the key to which another person wrote", () => {
    const writtenBy = (person: string) => ({
      ...{ usage: "", override: "", changes: "", addedResources: 0 },
      ...{ written: `on 2026-11-20 by ${person}`, writtenBy: person },
    });
    const tagged = usual
      .slice(0, 30)
      .map((key, at) => (at < 20 ? { ...key, noted: writtenBy("IBMid-550000B0B") } : key));
    const planted = { ...aKeyInReview(500), noted: writtenBy("IBMid-550000CAR0") };
    expect(sayClasses([...tagged, planted])).toEqual([
      "1 odd in writer, written in the 30 days before the plan by a person who wrote to few of these keys: key-500 (on 2026-11-20 by IBMid-550000CAR0).",
      "Most, 21 of 31, are written, in the 30 days before the plan.",
    ]);
  });

  it("with similar labels are compared with each other: template, age and description of one in disguise stand out", () => {
    const family = (name: string, choices: Parameters<typeof aKeyInReview>[1]) =>
      Array.from({ length: 50 }, (_, n) => aKeyInReview(n, { label: `${name}-${n}`, ...choices }));
    const years = (count: number) => ({ createdAtMs: nowMs - count * 365 * dayMs });
    const both = [
      ...family("cards", { templateName: "cards", ...years(1) }),
      ...family("mail", { description: "Mail", ...years(6) }),
    ];
    const disguised = aKeyInReview(99, { label: "cards-99", description: "Root", ...years(6) });
    expect(sayClasses([...both, disguised])).toEqual([
      '1 rare, of a template that few of these keys, or few with a similar label, have: cards-99 ("payroll").',
      expect.stringMatching(/^1 odd in age, created long before the keys with a similar label: cards-99 \(20/),
      '1 described, unlike the others: cards-99 ("Root").',
    ]);
  });

  it("that their requester edited in the week before the request are a class of their own", () => {
    const edited = (daysAgo: number) => aKeyInReview(321, { record: { ownWriteAtMs: nowMs - daysAgo * dayMs } });
    expect(sayClasses([...usual, edited(6)])).toEqual([
      "1 edited, by the requester in the 7 days before the request: key-321.",
    ]);
    expect(sayClasses([...usual, edited(8)])).toEqual([]);
  });

  it("without an exception have no line about one", () => {
    expect(summarize(usual)).toHaveLength(5);
    expect(summarize(usual.slice(0, 1))[1]).toMatch(/^The request was made on /);
  });

  it("take at most 20 lines next to the list of exceptions, of limited width, whatever they contain", () => {
    const mixed = Array.from({ length: 1_000 }, (_, n) =>
      aKeyInReview(n, {
        label: `${n} ${"long ".repeat(40)}`,
        description: `Do not delete: ${"why ".repeat(100)}`,
        resources: ["crn:1"],
        record: { writtenAtMs: nowMs - hourMs - n * 1000 },
        templateName: `template ${n % 40}`,
        createdAtMs: nowMs - dayMs,
        releasedHolds: [released],
      }),
    );
    const lines = [...approvalMessages.sayCounts(mixed, vaults), ...sayClasses(mixed)];
    // The title and the requester stand before these lines.
    expect(lines.length + 2).toBeLessThanOrEqual(20);
    for (const line of lines) expect(line.length).toBeLessThan(1_500);
  });
});

it("a group of a list names the requester and at most five keys", () => {
  const keys = Array.from({ length: 7 }, (_, n) => ({
    observation: observedKey(n),
    snapshot: aSnapshot(),
    etag: "",
    nowMs,
  }));
  const group = {
    requester: "IBMid-550000AL1C",
    step: "deactivate",
    kind: "managed",
    vaultId: "v",
    keys,
    outdated: [],
  } as const;
  const cells = approvalMessages.groupCells(group, new Map([["v", "payments"]]));
  expect(cells).toHaveLength(groupHeads.length);
  expect(cells).toEqual([
    "deactivate 7 keys",
    'IBMid-550000AL1C ("Alice Example")',
    "payments",
    "key-0, key-1, key-2, key-3, key-4, and 2 more",
  ]);
});

describe("the list", () => {
  it("leaves out the vault and the reason that all keys share, and shows a shared label with the ID", () => {
    const keys = [
      aKeyInReview(1, { label: "payroll", record: { reason: "Moved" } }),
      aKeyInReview(2, { label: "payroll", resources: ["crn:1"], record: { reason: "Moved" } }),
      aKeyInReview(3, { label: "cards", record: { reason: "Moved" } }),
    ];
    const { heads, rows } = listKeys(keys, vaults);
    expect(heads).toEqual(["LABEL", "CREATED", "USED BY", "KEYSTORES"]);
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      [`payroll (${keyId(1)})`, "2025-10-20", "nothing that UKO knows"],
      [`payroll (${keyId(2)})`, "2025-10-20", "bucket crn:1"],
      ["cards", "2025-10-20", "nothing that UKO knows"],
    ]);
    expect(summarize(keys)).toContain("Reason of each request: Moved");
  });

  it("shows the reasons that differ, and what a key waits for", () => {
    const keys = [aKeyInReview(1, { record: { reason: "Moved" } }), aKeyInReview(2, { waitsFor: "cooling down" })];
    const { heads, rows } = listKeys(keys, new Map());
    expect(heads.at(-1)).toBe("NOTE");
    expect(rows.map((row) => row.at(-1))).toEqual(["Moved", "cooling down"]);
    expect(summarize(keys).join("\n")).not.toContain("Reason");
  });
});

it("a confirmation says what it is for", () => {
  expect(purpose("destroy", false)).toBe("destroy");
  expect(purpose("deactivate", true)).toBe("store your approval of the deactivation");
});
