import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ProbeLine } from "../../provider/probe/recording.ts";
import { linesIn } from "../support/json-lines.ts";
import { useCliStage } from "./cli-stage.ts";

const { world, folder } = useCliStage();
const out = path.join(folder, "recording.jsonl");

const lines = () => linesIn<ProbeLine>(out);
const effects = async () => (await world.trail()).filter(({ effect }) => effect).map(({ operation }) => operation);
describe("uko probe", () => {
  it("only reads, says what it found, and writes a recording that only its owner can read", async () => {
    const before = (await effects()).length;
    const ended = await world.uko("carol", `probe --out ${out}`);
    // Some keys that the probes need are not in this world.
    expect([ended.exitCode, (await effects()).length]).toEqual([1, before]);
    const shown = `${ended.err}${ended.out}`.replace(out, "uko-probe.jsonl");
    await expect(shown).toMatchFileSnapshot("../golden/cli/probe.txt");
    expect(lines().map(({ kind }) => kind)).toEqual(expect.arrayContaining(["recording", "probe", "end"]));
    expect(statSync(out).mode & 0o077).toBe(0);
  });

  it("sends nothing but GET and HEAD, after the login", async () => {
    const { err } = await world.uko("carol", `--debug probe --out ${out}`);
    const methods = Array.from(err.matchAll(/\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S+)/g), (m) => m[0]);
    const others = methods.filter((call) => !/^(GET|HEAD) /.test(call));
    expect(methods.length).toBeGreaterThan(80);
    expect(new Set(others)).toEqual(new Set([`POST ${new URL(world.url).host}/identity/token`]));
  });

  it("prints the counts as JSON, and what the service refutes", async () => {
    await world.reset({ hrefs: "absolute" });
    const { out: printed } = await world.uko("carol", `probe --json --out ${out}`);
    expect(JSON.parse(printed)).toMatchObject({
      v: 1,
      kind: "probe",
      product: "emulator",
      refuted: 1,
    });
    rmSync(out);
    const { out: shown } = await world.uko("carol", `probe --out ${out}`);
    expect(shown).toContain("Refuted: keys.hrefs (row U32)\n  The service: 200, `first.href`: http://<host-1>:");
  });

  it("tries no probe that the caller has no right to", async () => {
    const { exitCode } = await world.uko("erin", `probe --out ${out}`);
    expect([exitCode, lines().filter(({ verdict }) => verdict === "refuted")]).toEqual([1, []]);
    expect(lines().find(({ id }) => id === "keys.envelope")).toMatchObject({
      verdict: "not_tried",
      why: "the service responded with 403",
    });
  });
});

it("sends nothing if a file would be overwritten", async () => {
  writeFileSync(out, "mine");
  const before = (await world.trail()).length;
  const { exitCode, err } = await world.uko("carol", `probe --out ${out}`);
  expect([exitCode, err]).toEqual([1, expect.stringContaining("exists")]);
  expect(readFileSync(out, "utf8")).toBe("mine");
  expect((await world.trail()).length).toBe(before);
});
