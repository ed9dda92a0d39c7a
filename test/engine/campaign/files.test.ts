import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseCampaign } from "../../../provider/engine/campaign/files/campaign-file.ts";
import { csvLine, parseCsv } from "../../../provider/engine/campaign/files/csv.ts";
import { readOwners } from "../../../provider/engine/campaign/files/joined-files.ts";
import { encodeManifest, type ManifestKey, parseManifest } from "../../../provider/engine/campaign/files/manifest.ts";
import type { WaveSettings } from "../../../provider/engine/campaign/files/settings.ts";
import { isUkoError } from "../../../provider/errors.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const instance = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";

/** The message of the refusal; empty if nothing was refused. */
function refusalOf(act: () => unknown): string {
  try {
    act();
    return "";
  } catch (error) {
    if (!isUkoError(error)) throw error;
    return `${error.code} ${error.message}`;
  }
}

const head = ["format: uko-campaign-1", "name: eol", `instance: ${instance}`, "deadline: 2027-03-20"];
const waves = ["waves:", "  - name: pilot", "  - {name: main, after: [pilot], soak: 6d, notBefore: 2026-12-01}"];
const rules = ["rules:", "  - {match: {label: 'a*'}, class: destroy, wave: main, owner: o, reason: r}"];
const campaignText = (...more: readonly string[]): string => [...head, ...waves, ...rules, ...more, ""].join("\n");

describe("campaign.yaml", () => {
  test("becomes plain values: days, durations and maintenance windows in milliseconds and minutes", () => {
    const campaign = parseCampaign(
      campaignText("blackouts: [{from: 2026-12-20, to: 2027-01-03, steps: [destroy], reason: freeze}]"),
    );
    expect(campaign.deadline).toBe(Date.parse("2027-03-20"));
    expect(campaign.waves.map(({ soakMs, maxFailures }) => [soakMs, maxFailures])).toEqual([
      [7 * 86_400_000, 0],
      [6 * 86_400_000, 0],
    ]);
    expect(campaign.blackouts[0]?.untilMs).toBe(Date.parse("2027-01-04"));
    expect(campaign.scope).toEqual({ kmsKeys: true });
  });

  test.each([
    ["an endpoint", campaignText("endpoint: https://evil.example"), /^ *endpoint: is not a known property/m],
    ["an anchor", campaignText("people: &a []"), /line 10: anchors and aliases are not allowed/],
    ["an alias", campaignText("people: &a []", "blackouts: *a"), /anchors and aliases/],
    ["a custom tag", campaignText("blackouts: !exec []"), /not YAML that uko accepts|tags such as !exec/],
    ["a repeated property", campaignText("name: other"), /unique/i],
    ["two documents", `${campaignText()}---\na: 1\n`, /not YAML that uko accepts/],
    ["broken YAML", "a: [", /not YAML that uko accepts/],
    ["a list", "[]", /does not begin with the format uko-campaign-1/],
    ["another format", "format: something\n", /does not begin with the format uko-campaign-1/],
    [
      "a newer version",
      campaignText().replace("-1", "-2"),
      /has the format uko-campaign-2.*reads uko-campaign-1[\s\S]*update uko/,
    ],
    [
      "a wave name with a slash",
      campaignText().replace("name: pilot", "name: ../pilot"),
      /waves\[0\]\.name: use lowercase/,
    ],
    ["a soak under 4 h", campaignText().replace("6d", "3h"), /soak: at least 4h/],
    [
      "a rule for no wave",
      campaignText().replace("wave: main", "wave: other"),
      /rules\[0\]: wave "other" does not exist/,
    ],
    [
      "a wave after a later one",
      campaignText().replace("- name: pilot", "- {name: pilot, after: [main]}"),
      /"pilot" comes after "main"/,
    ],
    ["a wave twice", campaignText().replace("name: main", "name: pilot"), /"pilot" is named twice/],
    [
      "a wave with the name of the keys that no rule names",
      campaignText().replace("name: main", "name: no-rule"),
      /waves: "no-rule" is the wave of the keys that no rule names/,
    ],
    [
      "a day that does not exist",
      campaignText().replace("2027-03-20", "2027-02-30"),
      /deadline: must be a day such as 2027-03-20/,
    ],
    ["a deadline after the last", campaignText("lastDeadline: 2027-03-19"), /lastDeadline is earlier/],
    [
      "a maintenance window that ends before it begins",
      campaignText().replace("soak: 6d", 'maintenanceWindow: {from: "18:00", until: "08:00"}'),
      /from must be earlier/,
    ],
    [
      "a blackout that ends before it begins",
      campaignText("blackouts: [{from: 2027-01-02, to: 2027-01-01, reason: r}]"),
      /to must not be earlier/,
    ],
    ["more than 1 MiB", `${campaignText()}#${"x".repeat(1_048_576)}`, /larger than 1 MiB/],
  ])("refuses %s", (_, text, message) => {
    const refusal = refusalOf(() => parseCampaign(text));
    expect(refusal).toMatch(/^UKO_INPUT_INVALID/);
    expect(refusal).toMatch(message);
  });
});

const key = (id: string, wave: string): ManifestKey => ({
  kind: "managed",
  vault: "v",
  vaultName: "payments",
  id,
  label: `label of ${id}`,
  state: "active",
  createdAt: "2025-01-01",
  version: 1,
  cloudIds: [{ keystore: "s", id: "arn:1" }],
  keystores: [{ id: "s", name: "aws", type: "aws_kms", isInternal: false, pendingDays: 7 }],
  kmsDualAuthorization: false,
  class: "destroy",
  wave,
  owners: ["o"],
  application: "",
  criticality: "",
  reason: "r",
  ticket: "",
  successor: "",
  override: "",
  verificationPattern: "",
  declaredBy: [],
  facts: "f",
  usage: [],
});
const settings: WaveSettings = {
  ...{ after: [], soak: "7d", maxFailures: 0, deadline: "2027-03-20", instanceEnds: true },
  ...{ takingPart: [], blackouts: [] },
};
const manifestText = (keys: readonly ManifestKey[]): string =>
  encodeManifest(
    {
      campaign: "eol",
      instance,
      unreadableVaults: [],
      blindSpots: [],
      keys,
      waves: ["a", "b"].map((wave) => ({ wave, baselineAt: "2026-11-26T09:00:00.000Z", settings })),
    },
    sha256,
  );

describe("manifest.jsonl", () => {
  const text = manifestText([key("2", "a"), key("1", "b")]);

  test("is read as it was written, and does not depend on the order of the keys", () => {
    expect(parseManifest(text, sha256).keys.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(manifestText([key("1", "b"), key("2", "a")])).toBe(text);
  });

  test("keeps the digest of a wave when another wave changes", () => {
    const digests = (content: string) => parseManifest(content, sha256).waves.map(({ digest }) => digest);
    const [a, b] = digests(text);
    const [sameA, otherB] = digests(manifestText([key("2", "a"), { ...key("1", "b"), label: "new" }]));
    expect([sameA === a, otherB === b]).toEqual([true, false]);
  });

  test.each([
    ["an edited line", text.replace("label of 1", "label of x"), /was edited: the lines of "b"/],
    ["a dropped line", text.split("\n").slice(0, -2).join("\n"), /was edited/],
    [
      "a line of a wave without a digest",
      text.replace('"wave":"a","owners"', '"wave":"c","owners"'),
      /wave "c", which has no digest/,
    ],
    ["a key that is named twice", `${text}${text.split("\n").at(-2)}\n`, /names a key twice/],
    [
      "a newer version",
      text.replace("uko-manifest-1", "uko-manifest-2"),
      /has the format uko-manifest-2[\s\S]*update uko/,
    ],
    [
      "another field",
      text.replace('"version":1', '"version":1,"command":"rm"'),
      /line 4: command: is not a known property/,
    ],
    ["a half line", text.slice(0, -20), /line 5 is not JSON/],
    ["no content", "", /is empty/],
  ])("refuses %s", (_, content, message) => {
    const refusal = refusalOf(() => parseManifest(content, sha256));
    expect(refusal).toMatch(/^UKO_INPUT_INVALID/);
    expect(refusal).toMatch(message);
  });
});

describe("CSV", () => {
  const columns = { required: ["key", "owner"], optional: ["application"] };
  test("with quotes, commas, line ends and a byte order mark", () => {
    expect(parseCsv('\uFEFFkey,owner\r\n1,"a ""b"", c"\n\n2,"x\ny"\n', "f", columns)).toEqual([
      { key: "1", owner: 'a "b", c' },
      { key: "2", owner: "x\ny" },
    ]);
    expect(parseCsv("key,owner\n1,", "f", columns)).toEqual([{ key: "1", owner: "" }]);
  });

  test.each([
    ["owner\n", /column key is missing/],
    ["key,owner,x\n", /column x is not known/],
    ["key,owner\n1\n", /row 2 has 1 values instead of 2/],
    ['key,owner\n1,a"b\n', /row 2 has a quotation mark in the wrong place/],
  ])("refuses %j", (text, message) => {
    expect(refusalOf(() => parseCsv(text, "owners.csv", columns))).toMatch(message);
  });

  test("is written so that no spreadsheet runs it", () => {
    expect(csvLine(["=1+1", 'a"b', "-1", "@x"])).toBe(`'=1+1,"a""b",'-1,'@x\n`);
  });

  test("gives a key each of its owners, by any of its IDs", () => {
    const table = readOwners("key,owner,application\narn:1,b,shop\nv/k,a,\nother,c,\n");
    expect(table.find(["V/K", "arn:1"])).toEqual({
      owners: ["a", "b"],
      application: "shop",
      criticality: "",
      override: "",
    });
    expect(table.unmatched(new Set(["v/k", "arn:1"]))).toEqual(["other"]);
  });
});
