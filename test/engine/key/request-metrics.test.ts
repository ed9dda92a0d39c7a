import { describe, expect, test } from "vitest";
import { type RequestMetrics, renderRequestMetrics } from "../../../provider/engine/key/many/request-metrics.ts";
import type { DeletionFacts, Report } from "../../../provider/engine/loop/report.ts";
import { readPrometheusText } from "../../support/prometheus-text.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";

function pending(deletion: DeletionFacts, more: Partial<Report> = {}): Report {
  return {
    v: 1,
    instanceId: "i",
    vaultId,
    keyId: "k",
    label: "payroll",
    lifecycleState: "pending_approval",
    deletion,
    taken: [],
    explanation: { summary: "", facts: [], next: [] },
    exitCode: 0,
    ...more,
  };
}

const none: RequestMetrics = {
  instanceId: "i",
  vaults: 2,
  nowMs: Date.parse("2026-11-24T14:22:00Z"),
  reports: [],
  unreadable: [],
  hasKmsKeys: true,
};

const samplesOf = (found: RequestMetrics, name: string) =>
  readPrometheusText(renderRequestMetrics(found)).get(name)?.samples;

describe("the metrics of a list of requests", () => {
  test("count keys by vault, by what they wait for, and by the next step", () => {
    const approval = pending({ awaits: "approval", nextStep: "deactivate" });
    const reports = [
      approval,
      approval,
      pending({ awaits: "time", nextStep: "destroy" }),
      pending({ awaits: "person_to_unblock" }),
      pending({ nextStep: "remove" }),
      pending({ awaits: "approval", nextStep: "destroy" }, { vaultId: "" }),
    ];
    const samples = samplesOf({ ...none, reports }, "uko_pending_deletions") ?? [];
    const rows = samples.map(({ labels: { vault_id, waits_for, next_step }, value }) => [
      vault_id,
      waits_for,
      next_step,
      value,
    ]);
    expect(rows).toEqual([
      [vaultId, "approval", "deactivate", 2],
      [vaultId, "nothing", "remove", 1],
      [vaultId, "time", "destroy", 1],
      [vaultId, "unblocking", "unknown", 1],
      ["kms", "approval", "destroy", 1],
    ]);
  });

  test("have the oldest request, the next expiry and the next possible step of each vault", () => {
    const reports = [
      pending({ awaits: "approval", requestedAt: "2026-11-24T14:00:00Z", recordExpiresAt: "2026-12-01T14:00:00Z" }),
      pending({ awaits: "approval", requestedAt: "2026-11-23T14:00:00Z", recordExpiresAt: "2026-11-30T14:00:00Z" }),
      pending({ awaits: "time", notBefore: "2026-11-24T18:22:00Z", requestedAt: "2020-01-01T00:00:00Z" }),
      pending({ awaits: "approval" }, { vaultId: "" }),
    ];
    const times = ["uko_oldest_request", "uko_next_request_expiry", "uko_next_step_possible"].map((name) =>
      samplesOf({ ...none, reports }, `${name}_timestamp_seconds`)?.map(({ value }) => value),
    );
    const expected = ["2026-11-23T14:00:00Z", "2026-11-30T14:00:00Z", "2026-11-24T18:22:00Z"];
    expect(times).toEqual(expected.map((time) => [Date.parse(time) / 1000]));
  });

  test("say what is missing from them", () => {
    const found = { ...none, unreadable: [{}, { keyId: "k" }, { keyId: "l" }], hasKmsKeys: false };
    const values = (name: string) => samplesOf(found, name)?.map(({ labels, value }) => [labels.what, value]);
    expect(values("uko_unreadable")).toEqual([
      ["vault", 1],
      ["key", 2],
    ]);
    expect(values("uko_kms_keys_listed")).toEqual([[undefined, 0]]);
    expect(values("uko_list_timestamp_seconds")).toEqual([[undefined, 1795530120]]);
  });

  test("keep the rules of the format without any request, and with a hostile ID", () => {
    const families = readPrometheusText(renderRequestMetrics(none));
    expect([...families].map(([name, { type }]) => [name.startsWith("uko_"), type])).toEqual(
      Array.from({ length: 8 }, () => [true, "gauge"]),
    );
    const hostile = 'a"} 1\nuko_evil{b="\\';
    expect(samplesOf({ ...none, instanceId: hostile }, "uko_listed_vaults")).toEqual([
      { labels: { instance_id: hostile }, value: 2 },
    ]);
  });

  test("never hold a label, a name or a reason", () => {
    const secret = "SECRET";
    const deletion = { requestedBy: secret, requestedByName: secret, recordId: secret, cannotActBecause: secret };
    const reasons = [{ author: secret, name: secret, reason: secret }];
    const report = pending({ awaits: "approval", ...deletion, reasons }, { label: secret, keyId: secret });
    expect(renderRequestMetrics({ ...none, reports: [report] })).not.toContain(secret);
  });
});

test.each([
  ["no final line feed", "# HELP a b\n# TYPE a gauge\na 1"],
  ["a sample before its type", "# HELP a b\na 1\n"],
  ["two groups of one name", "# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n"],
  ["the same sample twice", '# HELP a b\n# TYPE a gauge\na{c="1"} 1\na{c="1"} 2\n'],
  ["a quote that is not escaped", '# HELP a b\n# TYPE a gauge\na{c="1"2"} 1\n'],
  ["a counter without its suffix", "# HELP a b\n# TYPE a counter\na 1\n"],
])("the reader of the format refuses %s", (_what, text) => {
  expect(() => readPrometheusText(text)).toThrow();
});
