import { readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { createEvidenceFile } from "../../provider/services/evidence-file.ts";
import { createReportFile } from "../../provider/services/report-file.ts";
import { readSecretFile } from "../../provider/services/secret-file.ts";
import { useFolder } from "../support/use-folder.ts";

const folder = useFolder();

const record = {
  instanceId: "i",
  vaultId: "v",
  keyId: "k",
  operation: "delete",
  exitCode: 10,
  actor: { iamId: "IBMid-A", name: "Alice Example" },
} as const;

function open(path: string) {
  const warned: string[] = [];
  const nowMs = () => Date.parse("2026-11-24T14:22:00Z");
  return { reports: createReportFile({ path, nowMs, warn: (line) => void warned.push(line) }), warned };
}

test("each report entry is one line with its version and time", async () => {
  const path = join(folder, "report.jsonl");
  const { reports, warned } = open(path);
  await reports.open();
  expect(await readFile(path, "utf8")).toBe("");
  await Promise.all([reports.append(record), reports.append({ ...record, keyId: "l" })]);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { v: 1, time: "2026-11-24T14:22:00Z", ...record },
    { v: 1, time: "2026-11-24T14:22:00Z", ...record, keyId: "l" },
  ]);
  expect(warned).toEqual([]);
});

test("a file that cannot be opened is an error before the first step, and a warning afterwards", async () => {
  const { reports, warned } = open(join(folder, "absent", "report.jsonl"));
  await expect(reports.open()).rejects.toMatchObject({ code: "UKO_EVIDENCE_UNWRITABLE" });
  await reports.append(record);
  expect(warned).toEqual([expect.stringMatching(/could not be written\. .*ENOENT/)]);
});

test("a relative path of a setting is absolute in a message, because runs of an engine begin in another folder", async () => {
  const absent = resolve(folder, "absent", "file");
  const named = relative(process.cwd(), absent);
  await expect(open(named).reports.open()).rejects.toThrow(`The report file ${absent} could not be opened`);
  await expect(createEvidenceFile({ path: named }).open()).rejects.toThrow(absent);
  expect(() => readSecretFile(named, "UKO_API_KEY_FILE")).toThrow(absent);
});

test.each([
  ["UKO_SIGN_PASSPHRASE_FILE", '  chmod 600 "$UKO_SIGN_PASSPHRASE_FILE"'],
  ["--second", "  chmod 600 FILE"],
])("the advice about a file in %s that other users can read names that file", async (setting, advice) => {
  const file = join(folder, "a secret");
  await writeFile(file, "secret", { mode: 0o644 });
  const read = async (): Promise<string> => readSecretFile(file, setting);
  await expect(read()).rejects.toMatchObject({ detail: expect.stringContaining(advice) });
});
