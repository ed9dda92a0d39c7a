import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProbeLine } from "../../provider/engine/probe/recording.ts";
import { type CliTestWorld, startCliWorld, vaultId } from "./harness.ts";

let world: CliTestWorld;
let folder: string;
let out: string;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  folder = mkdtempSync(path.join(tmpdir(), "uko-probe-"));
  out = path.join(folder, "recording.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = () =>
  readFileSync(out, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ProbeLine);
const throwaway = (template: string) => `probe --throwaway --vault ${vaultId} --template ${template} --out ${out}`;
const effects = async () => (await world.trail()).filter(({ effect }) => effect).map(({ operation }) => operation);
const stepsIn = (file: string) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).step);

describe("uko probe", () => {
  it("only reads, says what it found, and writes a recording that only its owner can read", async () => {
    const before = (await effects()).length;
    const ended = await world.uko("carol", `probe --out ${out}`);
    expect([ended.exitCode, (await effects()).length]).toEqual([0, before]);
    await expect(ended.out.replace(out, "uko-probe.jsonl")).toMatchFileSnapshot("../golden/cli/probe.txt");
    expect(lines().map(({ kind }) => kind)).toEqual(expect.arrayContaining(["recording", "probe", "end"]));
    expect(statSync(out).mode & 0o077).toBe(0);
  });

  it("prints the counts as JSON, and what the service refutes", async () => {
    await world.reset({ hrefs: "absolute" });
    const { out: printed } = await world.uko("carol", `probe --json --out ${out}`);
    expect(JSON.parse(printed)).toMatchObject({
      v: 1,
      kind: "probe",
      product: "emulator",
      refuted: 1,
      left: [],
      exitCode: 0,
    });
    rmSync(out);
    expect((await world.uko("carol", `probe --out ${out}`)).out).toContain("Refuted: keys.hrefs (row U32)");
  });

  it("tries no probe that the caller has no right to", async () => {
    const { exitCode } = await world.uko("erin", `probe --out ${out}`);
    expect([exitCode, lines().filter(({ verdict }) => verdict === "refuted")]).toEqual([0, []]);
    expect(lines().find(({ id }) => id === "keys.envelope")).toMatchObject({
      verdict: "not_tried",
      why: "the service responded with 403",
    });
  });
});

describe("sends nothing", () => {
  it.each([
    ["without a vault", "probe --throwaway --template payroll-draft", {}, /requires --vault and --template/],
    ["for a template without --throwaway", "probe --template payroll-draft", {}, /--template requires --throwaway/],
    ["for a new recording that goes on", "probe --resume a.jsonl --out b.jsonl", {}, /two recordings/],
    ["if the recording to go on with is missing", "probe --resume missing.jsonl", {}, /does not exist/],
    [
      "if the environment requires two people",
      `probe --throwaway --vault ${vaultId} --template payroll-draft`,
      { UKO_DUAL_AUTHORIZATION: "required" },
      /requires two people/,
    ],
  ] as const)("%s", async (_what, command, environment, says) => {
    const before = (await world.trail()).length;
    const { exitCode, err } = await world.uko("carol", command, environment);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(says)]);
    expect((await world.trail()).length).toBe(before);
  });

  it("that changes anything, if the second person is the first one", async () => {
    const second = path.join(folder, "second");
    writeFileSync(second, "carol-demo-key", { mode: 0o600 });
    const before = (await effects()).length;
    const { exitCode, err } = await world.uko("carol", `${throwaway("payroll-draft")} --second ${second}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("the same identity")]);
    expect((await effects()).length).toBe(before);
  });

  it("if a file would be overwritten", async () => {
    writeFileSync(out, "mine");
    const { exitCode, err } = await world.uko("carol", `probe --out ${out}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("exists")]);
    expect(readFileSync(out, "utf8")).toBe("mine");
  });
});

describe("creates no key", () => {
  it("if the evidence of its steps could not be written", async () => {
    const before = (await effects()).length;
    await world.uko("carol", throwaway("payroll-draft"), {
      UKO_EVIDENCE: path.join(folder, "missing", "evidence.jsonl"),
    });
    expect((await effects()).length).toBe(before);
    expect(lines().find(({ id }) => id === "key.create")?.why).toBe("UKO_EVIDENCE_UNWRITABLE");
  });

  it.each([
    ["from a template whose keys are active at once", "payroll", "the keys of the template are active at once"],
    ["from a template that does not exist", "nothing", "no visible template with that name"],
  ])("%s", async (_what, template, why) => {
    const before = (await effects()).length;
    const { exitCode } = await world.uko("carol", throwaway(template));
    expect([exitCode, (await effects()).length]).toEqual([0, before]);
    expect(lines().find(({ id }) => id === "key.create")).toMatchObject({ verdict: "not_tried", why });
  });

  it("that would be active, without an API key whose seal lets a later run end it", async () => {
    const form = new URLSearchParams({
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey: "carol-demo-key",
    });
    const login = await fetch(`${world.url}/identity/token`, { method: "POST", body: form });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const before = (await effects()).length;
    const { exitCode } = await world.uko("carol", throwaway("payroll-draft"), { UKO_API_KEY: "", UKO_TOKEN: token });
    expect([exitCode, (await effects()).slice(before).filter((operation) => operation === "K6")]).toEqual([0, []]);
    expect(lines().find(({ id }) => id === "life.create")?.why).toContain("needs an API key");
  }, 60_000);

  it("without the role to create", async () => {
    await world.uko("alice", throwaway("payroll-draft"));
    expect(await effects()).not.toContain("K2");
    expect(lines().find(({ id }) => id === "tags.create")).toMatchObject({
      verdict: "not_tried",
      why: "no key was created (UKO_RIGHTS_MISSING)",
    });
  });
});

describe("with --throwaway", () => {
  it("goes on after the cool-down and the pending period, with evidence of each step, and leaves nothing", async () => {
    const evidence = path.join(folder, "evidence.jsonl");
    const second = path.join(folder, "second");
    writeFileSync(second, "bob-demo-key\n", { mode: 0o600 });
    const environment = { UKO_EVIDENCE: evidence };
    const before = (await world.trail()).length;
    const first = await world.uko("carol", `${throwaway("payroll-draft")} --second ${second}`, environment);
    expect(first.exitCode).toBe(11);
    expect(first.out).toContain("The cool-down after its deactivation is not over.");
    expect(first.out).toContain(`uko probe --resume ${out}`);
    expect(lines().find(({ id }) => id === "life.sync-writer")?.verdict).toBe("verified");

    const resume = `probe --resume ${out}`;
    const other = await world.uko("bob", resume, environment);
    expect([other.exitCode, other.err]).toEqual([
      1,
      expect.stringContaining("no list of keys that this API key sealed"),
    ]);
    const keysFile = `${out}.keys`;
    const sealed = readFileSync(keysFile, "utf8");
    writeFileSync(keysFile, sealed.replaceAll(/"keyId":"[^"]+"/g, '"keyId":"9b2d0000-0000-4000-8000-000000000005"'));
    expect((await world.uko("carol", resume, environment)).exitCode).toBe(1);
    writeFileSync(keysFile, sealed);

    await world.advance("5h");
    const cooled = await world.uko("carol", resume, environment);
    expect([cooled.exitCode, cooled.out]).toEqual([11, expect.stringContaining("The pending period of its keystores")]);
    await world.advance("31d");
    const ended = await world.uko("carol", resume, environment);
    expect([ended.exitCode, ended.out]).toEqual([0, expect.not.stringContaining("is left")]);
    expect(lines().find(({ id }) => id === "end.remove")?.verdict).toBe("verified");
    expect(stepsIn(evidence)).toEqual(expect.arrayContaining(["deactivate", "destroy", "remove"]));
    const touched = (await world.trail()).slice(before).filter(({ effect, keyId }) => effect && keyId !== undefined);
    expect(new Set(touched.map(({ keyId }) => keyId)).size).toBe(2);
    expect(await world.verdict({ required: false })).toEqual({ ok: true, violations: [] });
  }, 60_000);

  it("names the key and the next command if people have to delete it", async () => {
    await world.control("faults", { operation: "K8", status: 403, body: {} });
    const { exitCode, out: printed } = await world.uko("carol", throwaway("payroll-draft"));
    expect(exitCode).toBe(12);
    expect(printed).toContain("0 refuted");
    expect(printed).toMatch(/is left \(state: pre_activation\): the right to destroy is missing/);
    expect(printed).toMatch(new RegExp(`uko request ${vaultId}/[0-9a-f-]{36}`));
  }, 60_000);
});
