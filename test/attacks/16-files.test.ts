/** Files that runs write to a folder that another user may have prepared, and texts that control a terminal. */

import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import { createEvidenceFile } from "../../provider/services/evidence-file.ts";
import { createReportFile } from "../../provider/services/report-file.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, quietWorld, repository } from "../cli/harness.ts";

/** Right-to-left override, an 8-bit escape sequence, an escape, a line separator, a soft hyphen and a tag character. */
const steering = "a\u202Eb\u009B31mc\u001B[2Jd\u2028e\u00ADf\u{E0041}g\u007F";
const steers = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const { world, folder } = useCliStage();

const entry = (label: string): EvidenceEntry => ({
  ...{ v: 1, time: "2026-11-24T14:22:00Z", instanceId: "i", vaultId: "v", keyId: "k", label, step: "destroy" },
  ...{ phase: "before", from: "deactivated", to: "destroyed", keystores: [] },
  actor: { iamId: "IBMid-A", name: steering },
});
const writers = {
  evidence: (file: string): Promise<void> => createEvidenceFile({ path: file }).append(entry(steering)),
  report: async (file: string): Promise<void> => {
    const fail = (line: string): never => {
      throw new Error(line);
    };
    const reports = createReportFile({ path: file, nowMs: () => 0, warn: fail });
    await reports.open();
    const actor = { iamId: "IBMid-A", name: steering };
    await reports.append({ ...{ instanceId: "i", vaultId: "v", keyId: "k", exitCode: 0 }, operation: "delete", actor });
  },
} as const;
const both = ["evidence", "report"] as const;

describe.each(both)("the %s file", (kind) => {
  test("keeps every control and format character of a hostile name as an escape", async () => {
    const file = path.join(folder, "file.jsonl");
    await writers[kind](file);
    const text = readFileSync(file, "utf8");
    expect(text.trimEnd()).not.toMatch(steers);
    expect(JSON.parse(text).actor.name).toBe(steering);
  });

  test.each(["another file", "nothing"])("is not written through a symbolic link to %s", async (target) => {
    const [file, victim] = [path.join(folder, "file.jsonl"), path.join(folder, "victim")];
    if (target === "another file") writeFileSync(victim, "mine\n", { mode: 0o644 });
    symlinkSync(victim, file);
    await expect(writers[kind](file)).rejects.toThrow(/symbolic link/);
    expect(existsSync(victim) && readFileSync(victim, "utf8")).toBe(target === "another file" && "mine\n");
    if (target === "another file") expect(statSync(victim).mode & 0o777).toBe(0o644);
  });

  test.each([0o666, 0o644, 0o640, 0o606])(
    "that others may read or write (%i) is its owner's alone after the first line",
    async (mode) => {
      const file = path.join(folder, "file.jsonl");
      writeFileSync(file, "{}\n");
      chmodSync(file, mode);
      await writers[kind](file);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, "utf8").split("\n")).toHaveLength(3);
    },
  );

  test.runIf(existsSync("/dev/null"))("is not a device", async () => {
    await expect(writers[kind]("/dev/null")).rejects.toThrow(/not a regular file/);
  });
});

// Only the administrator can start a process as another user.
test.runIf(process.getuid?.() === 0)("a file of another user that everybody may write is refused", () => {
  const file = path.join(folder, "evidence.jsonl");
  chmodSync(folder, 0o755);
  writeFileSync(file, "{}\n");
  chmodSync(file, 0o666);
  const program = `
    import { createEvidenceFile } from ${JSON.stringify(path.join(repository, "provider/services/evidence-file.ts"))};
    await createEvidenceFile({ path: ${JSON.stringify(file)} }).append({ phase: "before" }).catch((error) => console.log(error.message));
  `;
  const typed = ["--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, typed, {
    uid: 65_534,
    gid: 65_534,
    encoding: "utf8",
    env: {},
  });
  expect([stdout, stderr]).toEqual([expect.stringContaining("only its owner can change that"), ""]);
  expect(readFileSync(file, "utf8")).toBe("{}\n");
});

test.each(["that UKO_EVIDENCE names", "of the instance, which a run writes without a setting,"])(
  "a run whose evidence file %s is a link takes no step, and its message says why",
  async (which) => {
    const victim = path.join(folder, "victim");
    writeFileSync(victim, "mine\n");
    const own = { XDG_STATE_HOME: path.join(folder, "state") };
    await world.uko("bob", `request ${keys.payroll}`, own);
    await world.advance("1m");
    const [written = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".jsonl"),
    );
    const isNamed = which.includes("UKO_EVIDENCE");
    const file = path.join(folder, isNamed ? "evidence.jsonl" : written);
    rmSync(file, { force: true });
    symlinkSync(victim, file);
    const settings = isNamed ? { ...own, UKO_EVIDENCE: file } : own;
    const { exitCode, err } = await world.type("alice", `approve ${keys.payroll}`, undefined, settings);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("symbolic link")]);
    expect(err).toContain("[UKO_EVIDENCE_UNWRITABLE]");
    expect(JSON.parse((await world.uko("erin", `status ${keys.payroll} --json`)).out).keyState).toBe("active");
    expect(readFileSync(victim, "utf8")).toBe("mine\n");
  },
);

test("an evidence file of another origin cannot control the terminal that shows it as a table or as JSON", async () => {
  const file = path.join(folder, "evidence.jsonl");
  const raw = { ...entry(steering), phase: "after", correlationId: steering, seq: 1, prev: hash("sha256", "") };
  writeFileSync(file, `${JSON.stringify(raw)}\n`);
  for (const options of [[], ["--json"]]) {
    const here = quietWorld();
    expect(await runCli(["audit", "--file", file, ...options], here)).toBe(0);
    const lines = here.output.out.trimEnd().split("\n");
    for (const line of lines) expect(line).not.toMatch(steers);
    // No line says how the key came out of use, so a gap stands before the step, and repeats its label.
    if (options.length === 0) continue;
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { step: "not_recorded", label: steering },
      { step: "destroy", label: steering },
    ]);
  }
});

test("a label that controls a terminal is escaped in what --json prints of a key", async () => {
  await world.control(`keys/${keys.payroll.split("/")[1]}`, { record: { label: steering } });
  const { out } = await world.uko("bob", `status ${keys.payroll} --json`);
  expect(out.trimEnd()).not.toMatch(steers);
  expect(JSON.parse(out).label).toBe(steering);
});
