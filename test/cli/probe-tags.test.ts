import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ProfileName, profiles } from "../../provider/emulator/switches.ts";
import type { Check } from "../../provider/engine/commands/doctor-messages.ts";
import type { TrailEntry } from "../support/oracle.ts";
import { type CliTestWorld, type Person, startCliWorld, vaultId } from "./harness.ts";

const steadyId = "9b2d0000-0000-4000-8000-000000000002";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

interface Probed {
  readonly exitCode: number;
  readonly says: string;
  readonly checks: readonly Check[];
  /** The calls that the run made to change something. */
  readonly effects: readonly TrailEntry[];
}

async function probe(who: Person, choices: { template?: string; environment?: Record<string, string> } = {}) {
  const { template = "payroll-draft", environment = {} } = choices;
  const before = (await world.trail()).length;
  const command = `doctor --json --probe-tags --vault ${vaultId} --template "${template}"`;
  const { exitCode, out } = await world.uko(who, command, environment);
  const all = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Check);
  const checks = all.filter(({ check }) => check === "tag probe" || check === "probe's key");
  const says = checks.map(({ level, says, do: what = "" }) => `${level} ${says}\n${what}`).join("\n");
  const effects = (await world.trail()).slice(before).filter(({ effect }) => effect);
  return { exitCode, checks, says, effects } satisfies Probed;
}

const operations = ({ effects }: Probed) => effects.map(({ operation }) => operation);
const keyIds = ({ effects }: Probed) => new Set(effects.map(({ keyId }) => keyId));

describe("makes a key, reads back its tags and description, and deletes this key alone", () => {
  it.each([
    [
      "documented",
      /tags are kept at creation and after a change; the end of the description is kept/,
      "Consent records are stored as tags",
    ],
    [
      "tags-dropped",
      /tags are dropped at creation and after a change; the end of the description is kept/,
      "at the end of the description",
    ],
    [
      "tags-rejected",
      /tags are rejected at creation and after a change; the end of the description is kept/,
      "at the end of the description",
    ],
    ["no-record-location", /tags are dropped .*; the end of the description is not kept/, "UKO_RECORD_NOT_KEPT"],
    ["zos", /tags are dropped/, "at the end of the description"],
  ] as const satisfies readonly (readonly [ProfileName, RegExp, string])[])("%s", async (profile, says, means) => {
    await world.reset(profiles[profile]);
    const probed = await probe("bob");
    expect(probed.says).toMatch(says);
    expect(probed.says).toContain(means);
    expect(operations(probed)).toEqual(["K2", "K4", "K8", "K5"]);
    expect(keyIds(probed).size).toBe(1);
    expect(probed.effects.every(({ label }) => /^uko probe [0-9a-f]{8}$/.test(label ?? ""))).toBe(true);
    expect(probed.effects[0]?.after?.tags.some(({ name }) => name.startsWith("uko_"))).toBe(false);
    expect(await world.verdict({ required: false })).toEqual({ ok: true, violations: [] });
    expect(probed.exitCode).toBe(0);
  });
});

describe("sends no call", () => {
  it.each([
    ["if the environment requires two people", { environment: { UKO_DUAL_AUTHORIZATION: "required" } }, /two people/],
    ["with a template whose keys are active at once", { template: "payroll" }, /active at once/],
    ["with a template that does not exist", { template: "nothing" }, /no visible template/],
  ])("%s", async (_where, choices, says) => {
    const probed = await probe("bob", choices);
    expect([probed.exitCode, probed.effects]).toEqual([1, []]);
    expect(probed.says).toMatch(says);
    expect(probed.says).toContain("No key was created");
  });

  it("without the role to create", async () => {
    const probed = await probe("alice");
    expect(probed.effects).toEqual([]);
    expect(probed.says).toContain("Key Custodian - Creator");
  });

  it.each(["doctor --probe-tags", `doctor --vault ${vaultId}`, "doctor --probe-tags --template payroll-draft"])(
    "for an incomplete command: %s",
    async (command) => {
      const { exitCode, err } = await world.uko("bob", command);
      expect([exitCode, err]).toEqual([1, expect.stringContaining("requires all of")]);
    },
  );
});

describe("names the remaining key, and the command that deletes it", () => {
  it.each([
    [
      "may not destroy",
      { operation: "K8", status: 403, body: {} },
      /pre_activation\): to destroy .*Creator/,
      "request",
    ],
    ["may not remove", { operation: "K5", status: 403, body: {} }, /destroyed\): to remove .*Vault Admin/, "continue"],
    ["can no longer read", { operation: "K3", skip: 3, status: 500, body: {} }, /was not deleted/, "request"],
  ])("to a person who %s", async (_who, fault, says, command) => {
    await world.control("faults", fault);
    const probed = await probe("bob");
    expect([probed.exitCode, probed.says]).toEqual([1, expect.stringMatching(says)]);
    const [keyId] = keyIds(probed);
    expect(probed.says).toContain(`uko ${command} ${vaultId}/${keyId}`);
    expect(await world.verdict({ required: false })).toMatchObject({ ok: true });
  });

  it("and the command works", async () => {
    await world.control("faults", { operation: "K5", status: 403, times: 1, body: {} });
    const { says } = await probe("bob");
    const command = /uko (continue \S+)/.exec(says)?.[1] ?? "";
    expect(await world.uko("bob", command)).toMatchObject({ exitCode: 0 });
  });
});

describe("a lost answer", () => {
  it.each(["K2", "K4", "K8", "K5"])("of %s makes it find its key again and repeat no call", async (operation) => {
    await world.control("faults", { operation, drop: "after", times: 1 });
    const probed = await probe("bob");
    expect(operations(probed)).toEqual(["K2", "K4", "K8", "K5"]);
    expect([keyIds(probed).size, probed.exitCode]).toEqual([1, 0]);
  });
});

it("prints its observations and calls, and writes a report and evidence", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "uko-probe-"));
  const [report, evidence] = [path.join(folder, "report.jsonl"), path.join(folder, "evidence.jsonl")];
  const command = `doctor --probe-tags --vault ${vaultId} --template cards-draft`;
  const { out } = await world.uko("carol", command, { UKO_REPORT: report, UKO_EVIDENCE: evidence });
  const lastLines = out.split("\n").slice(-4).join("\n");
  const steady = lastLines
    .replace(/probe [0-9a-f]{8}"/, 'probe 7f3a2c91"')
    .replace(/\([0-9a-f-]{36}\)/, `(${steadyId})`);
  await expect(steady).toMatchFileSnapshot("../golden/cli/probe-tags.txt");
  const linesOf = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");
  expect(JSON.parse(linesOf(report)[0] ?? "")).toMatchObject({ operation: "probe-tags", taken: ["destroy", "remove"] });
  expect(linesOf(evidence).map((line) => JSON.parse(line).step)).toEqual(["destroy", "destroy", "remove", "remove"]);
  rmSync(folder, { recursive: true, force: true });
});
