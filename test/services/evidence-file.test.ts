import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EvidenceEntry } from "../../provider/engine/ports/world.ts";
import { createEvidenceFile } from "../../provider/services/evidence-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "uko-evidence-"));
});
afterEach(() => rm(folder, { recursive: true }));

const entry = (label: string): EvidenceEntry => ({
  v: 1,
  time: "2026-11-24T14:22:00Z",
  instanceId: "i",
  vaultId: "v",
  keyId: "k",
  label,
  step: "destroy",
  phase: "before",
  from: "deactivated",
  to: "destroyed",
  actor: { iamId: "IBMid-A", name: "Alice Example" },
  keystores: [],
});
const labels = async (path: string): Promise<string[]> =>
  (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => (line.startsWith("{") && line.endsWith("}") ? JSON.parse(line).label : line));

test("each entry is one line, in order, even from several writers", async () => {
  const path = join(folder, "evidence.jsonl");
  const [a, b] = [createEvidenceFile({ path }), createEvidenceFile({ path })];
  await Promise.all([a.append(entry("a1")), a.append(entry("a2\n")), b.append(entry("b1"))]);
  const found = await labels(path);
  expect(found.toSorted()).toEqual(["a1", "a2\n", "b1"]);
  expect(found.indexOf("a1")).toBeLessThan(found.indexOf("a2\n"));
});

test("a new file is readable by its owner alone", async () => {
  const path = join(folder, "evidence.jsonl");
  await createEvidenceFile({ path }).append(entry("a"));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a partial line that a crash left is not joined to the next entry", async () => {
  const path = join(folder, "evidence.jsonl");
  await appendFile(path, '{"v":1,"ti');
  await createEvidenceFile({ path }).append(entry("a"));
  expect(await labels(path)).toEqual(['{"v":1,"ti', "a"]);
});

test("a failed write is an error, and the next entry is tried again", async () => {
  const path = join(folder, "absent", "evidence.jsonl");
  const evidence = createEvidenceFile({ path });
  for (const label of ["a", "b"]) {
    await expect(evidence.append(entry(label))).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      message: expect.stringContaining("ENOENT"),
    });
  }
});

test("an error states whether the step was taken", async () => {
  const evidence = createEvidenceFile({ path: join(folder, "absent", "evidence.jsonl") });
  await expect(evidence.append(entry("a"))).rejects.toThrow("The step was not taken");
  await expect(evidence.append({ ...entry("a"), phase: "after" })).rejects.toThrow("The step was taken");
});
