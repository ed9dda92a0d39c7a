/** The text that a person reads before an approval: one key in full, or many keys with the exceptions first. */

import { describe, expect, it } from "vitest";
import type { KeyInReview } from "../../../provider/engine/key/many/review-set.ts";
import { showKey } from "../../../provider/engine/key/shown-key.ts";
import * as approvalMessages from "../../../provider/engine/key/text/approval-messages.ts";
import { admitToReview } from "../../../provider/lifecycle/review.ts";
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
} from "../../support/builders.ts";
import { aSnapshot } from "../fakes.ts";

interface Choices extends Partial<Pick<KeyInReview, "releasedHolds" | "createdAtMs" | "templateName" | "waitsFor">> {
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
  const { label: _label, resources: _resources, record: _record, description = "", ...shown } = choices;
  const observation = observedKey(n, choices);
  const admitted = admitToReview(observation, aReviewScope(), nowMs);
  if (admitted.kind !== "line") throw new Error(`Not reviewable: ${admitted.why.kind}`);
  const { line, record } = admitted;
  const { createdAtMs = nowMs - 400 * dayMs, templateName = "payroll" } = choices;
  const stamps = { createdAtMs, createdBy: "IBMid-550000CAR0" };
  const snapshot = aSnapshot({ templateName, ...stamps });
  const usual = { releasedHolds: [], unapproved: undefined, createdAtMs, templateName };
  return { line, record, description, nowMs, ...usual, ...shown, shown: showKey({ observation, snapshot, nowMs }) };
}

const vaults = new Map([[someFacts().vaultId, "payments"]]);
const { groupHeads, purpose, listKeys } = approvalMessages;
const describeOne = (key: KeyInReview) => approvalMessages.describeOne(key, vaults);
const summarize = (keys: readonly KeyInReview[]) => approvalMessages.summarize(keys, vaults);

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
      'Keystores: "payroll-ring" (ibm_cloud_kms).',
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

  it("are summarized with the exceptions by class: a count and at most five names", () => {
    expect(summarize([...usual, ...odd])).toEqual([
      "Once the keys are deactivated, a person with the role Vault Administrator can destroy them alone, with other tools.",
      "The earliest request was made on 24 Nov 2026 13:22 UTC, 1 h ago.",
      "Vaults: payments (300).",
      "Templates: payroll (299), cards (1).",
      "Keystores: ibm_cloud_kms (300).",
      "7 keys in use: key-300, key-301, key-302, key-303, key-304, and 2 more.",
      "1 key released from a hold: key-310.",
      '1 key with a description that warns: key-311 ("Legal hold until 2030").',
      "1 key created in the last 30 days: key-312.",
      "1 key of a rare template: key-312.",
    ]);
  });

  it("without an exception have no line about one", () => {
    expect(summarize(usual)).toHaveLength(5);
    expect(summarize(usual.slice(0, 1))[1]).toMatch(/^The request was made on /);
  });

  it("take at most 20 lines before the list, of limited width, whatever they contain", () => {
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
    const lines = summarize(mixed);
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
  const group = { requester: "IBMid-550000AL1C", step: "deactivate", kind: "managed", vaultId: "v", keys } as const;
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
      [`payroll (${keyId(1)})`, "2025-10-20", "nothing"],
      [`payroll (${keyId(2)})`, "2025-10-20", "1 resource"],
      ["cards", "2025-10-20", "nothing"],
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
