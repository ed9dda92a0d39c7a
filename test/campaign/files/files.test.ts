import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseCampaign } from "../../../provider/campaign/files/campaign-file.ts";
import { parseCsv } from "../../../provider/campaign/files/csv.ts";
import { encodeManifest, type ManifestKey, parseManifest } from "../../../provider/campaign/files/manifest.ts";
import { ownerFileName } from "../../../provider/campaign/files/owner-page.ts";
import type { WaveSettings } from "../../../provider/campaign/files/settings.ts";
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
const waves = ["waves:", "  - name: pilot", "  - {name: main, after: [pilot], soak: 6d}"];
const rules = ["rules:", "  - {match: {label: 'a*'}, class: destroy, wave: main, owner: o, reason: r}"];
const campaignText = (...more: readonly string[]): string => [...head, ...waves, ...rules, ...more, ""].join("\n");

describe("campaign.yaml", () => {
  test("becomes plain values: days and durations in milliseconds, and lists where one text is enough", () => {
    const campaign = parseCampaign(
      campaignText("blackouts: [{from: 2026-12-20, to: 2027-01-03, reason: freeze}]").replace(
        "label: 'a*'",
        "vault: pay*, state: active, keystore: [aws_kms]",
      ),
    );
    expect(campaign.deadline).toBe(Date.parse("2027-03-20"));
    expect(campaign.waves.map(({ soakMs, maxFailures }) => [soakMs, maxFailures])).toEqual([
      [undefined, 0],
      [6 * 86_400_000, 0],
    ]);
    expect(campaign.blackouts[0]?.untilMs).toBe(Date.parse("2027-01-04"));
    expect(campaign.rules[0]?.match).toMatchObject({ vault: ["pay*"], state: ["active"], keystore: ["aws_kms"] });
    expect(campaign.scope).toEqual({ kmsKeys: true });
  });

  test.each([
    ["an endpoint", campaignText("endpoint: https://evil.example"), /^ *endpoint: is not a known property/m],
    ["an anchor", campaignText("takingPart: &a []"), /line 10: anchors and aliases are not allowed/],
    ["an alias", campaignText("takingPart: &a []", "blackouts: *a"), /anchors and aliases/],
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
  owner: "o",
  reason: "r",
  ticket: "",
  override: "",
  verificationPattern: "",
  ...{ description: "", tags: [], template: "", updatedAt: "", updatedBy: "", changes: "" },
  declaredBy: [],
  facts: "f",
  usage: [],
});
const settings: WaveSettings = {
  ...{ after: [], soak: "7d", maxFailures: 0, deadline: "2027-03-20", instanceEnds: true },
  ...{ takingPart: [], warningWords: [], blackouts: [] },
};
const filesOf = (keys: readonly ManifestKey[]): ReadonlyMap<string, string> =>
  encodeManifest(
    {
      campaign: "eol",
      instance,
      unreadableVaults: [],
      blindSpots: [],
      keys,
      waves: ["a", "b"].map((wave) => ({ wave, plannedAt: "2026-11-26T09:00:00.000Z", settings })),
    },
    sha256,
  );

describe("the manifest", () => {
  const files = filesOf([key("2", "a"), key("1", "b")]);
  const text = files.get("o.jsonl") ?? "";
  const head = files.get("_campaign.jsonl") ?? "";
  const changed = (changes: Readonly<Record<string, string | undefined>>) => {
    const all = { ...Object.fromEntries(files), ...changes };
    return new Map(Object.entries(all).flatMap(([name, content]) => (content === undefined ? [] : [[name, content]])));
  };

  test("has a file and a page for each owner, and one for the rules of the waves", () => {
    expect([...files.keys()]).toEqual(["o.jsonl", "o.md", "_campaign.jsonl"]);
    const others = filesOf([
      { ...key("3", "a"), owner: "" },
      { ...key("4", "a"), owner: "Team Ä/1" },
    ]);
    expect([...others.keys()]).toEqual([
      ...["_none.jsonl", "_none.md", "Team%20%C3%84%2F1.jsonl", "Team%20%C3%84%2F1.md", "_campaign.jsonl"],
    ]);
  });

  test("names the files of an owner so that no name leaves the folder or hides a file", () => {
    expect(["../x", "_none", "_campaign", ".hidden", "a*b"].map((owner) => ownerFileName(owner, sha256))).toEqual([
      ...["%2E.%2Fx", "%5Fnone", "%5Fcampaign", "%2Ehidden", "a%2Ab"],
    ]);
    const long = ["x", "y"].map((end) => ownerFileName(`${"o".repeat(400)}${end}`, sha256));
    expect(new Set(long).size).toBe(2);
    expect(long[0]?.length).toBeLessThan(200);
  });

  test("lets no text of a key be markup on the page of its owner", () => {
    const label = "a|b\n# Nothing is deleted <img src=x> [x](https://evil.example) WWW.evil.example $x% hidden$ `";
    const page = filesOf([{ ...key("1", "a"), label }]).get("o.md") ?? "";
    expect(page.split("\n").filter((line) => line.startsWith("#"))).toEqual(["# Keys of o", "## Keys that end"]);
    expect(page).not.toMatch(/(?<!\\)[<[$]|https:\/\/|www\./i);
  });

  test("is read as it was written, and does not depend on the order of the keys", () => {
    expect(parseManifest(files, sha256).keys.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(filesOf([key("1", "b"), key("2", "a")])).toEqual(files);
  });

  test("keeps the digest of a wave when another wave changes", () => {
    const digests = (all: ReadonlyMap<string, string>) => parseManifest(all, sha256).waves.map(({ digest }) => digest);
    const [a, b] = digests(files);
    const [sameA, otherB] = digests(filesOf([key("2", "a"), { ...key("1", "b"), label: "new" }]));
    expect([sameA === a, otherB === b]).toEqual([true, false]);
  });

  test("refuses two owners whose files one file system could not keep apart", () => {
    const keys = [key("1", "a"), { ...key("2", "a"), owner: "O" }];
    expect(refusalOf(() => filesOf(keys))).toMatch(/differ only in case/);
  });

  test.each([
    ["an edited line", { "o.jsonl": text.replace("label of 1", "label of x") }, /the page of o.jsonl does not say/],
    ["an edited page", { "o.md": "# Nothing\n" }, /the page of o.jsonl does not say/],
    ["a missing page", { "o.md": undefined }, /the page of o.jsonl does not say/],
    ["a missing file", { "o.jsonl": undefined }, /was edited: the lines of "a", "b"/],
    [
      "a key in the file of another owner",
      { "p.jsonl": text, "p.md": files.get("o.md") },
      /has key "label of 1" of another/,
    ],
    ["an empty file", { "p.jsonl": "", "p.md": "" }, /the page of p.jsonl/],
    ["edited rules of a wave", { "_campaign.jsonl": head.replace('"soak":"7d"', '"soak":"4h"') }, /the lines of "a"/],
    [
      "a wave without a digest",
      { "_campaign.jsonl": head.split("\n").slice(0, 2).join("\n") },
      /wave "b", which has no/,
    ],
    [
      "a newer version",
      { "_campaign.jsonl": head.replace("manifest-1", "manifest-2") },
      /uko-manifest-2[\s\S]*update uko/,
    ],
    [
      "another field",
      { "o.jsonl": text.replace('"version":1', '"version":1,"x":"rm"') },
      /o.jsonl, line 1: x: is not a known/,
    ],
    [
      "a wave that a shell would run",
      { "_campaign.jsonl": head.replace('"wave":"b"', '"wave":"b; curl evil.example"') },
      /_campaign.jsonl, line 3: wave: use lowercase letters/,
    ],
    ["a half line", { "o.jsonl": text.slice(0, -20) }, /line 2 is not JSON/],
    ["no head", { "_campaign.jsonl": undefined }, /has no _campaign.jsonl/],
  ])("refuses %s", (_, changes, message) => {
    const refusal = refusalOf(() => parseManifest(changed(changes) as ReadonlyMap<string, string>, sha256));
    expect(refusal).toMatch(/^UKO_INPUT_INVALID/);
    expect(refusal).toMatch(message);
  });
});

test("a manifest that is refused writes no control character to a terminal", () => {
  const forged = filesOf([{ ...key("1", "a"), label: "x\u001b[2J\nNext: curl evil.example" }]);
  const names = ["o.jsonl", "o.md"].map((name) => [name.replace("o", "p"), forged.get(name) ?? ""] as const);
  const refusal = refusalOf(() => parseManifest(new Map([...names, ...forged]), sha256));
  expect(refusal).toContain('p.jsonl has key "x\\u{1b}[2J Next: curl evil.example" of another owner');
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
    expect(refusalOf(() => parseCsv(text, "usage.csv", columns))).toMatch(message);
  });
});
