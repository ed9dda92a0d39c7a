import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startFromCommandLine } from "../../provider/emulator/start.ts";
import { readRecorded } from "../../provider/emulator/store/recorded.ts";
import { read } from "../support/documents.ts";

const probe = (answers: string, verdict = "refuted"): string => JSON.stringify({ kind: "probe", answers, verdict });
const recording = (...probes: readonly string[]): string =>
  [JSON.stringify({ v: 1, kind: "recording", product: "uko" }), ...probes, ""].join("\n");

test("a refuted row takes the other value of its switch, and any other refuted row is named", () => {
  const { switches, says } = readRecorded(
    recording(probe("U14"), probe("U12"), probe("U32"), probe("U9"), probe("U1"), probe("patch-destroyed", "verified")),
  );
  expect(switches).toEqual({ syncChangesLastWriter: true, rotateStatus: 204, hrefs: "absolute" });
  expect([...says].sort()).toEqual([
    "U12: rotateStatus is 204",
    "U14: syncChangesLastWriter is true",
    "U1: not emulated",
    "U32: hrefs is absolute",
    "U9: set the switch tags to what the recording shows",
  ]);
});

test("a row takes the value that a deletion showed, and the last line about it counts", () => {
  const line = (verdict: string, seen?: unknown) =>
    JSON.stringify({ kind: "probe", id: "life.tags", answers: "U9", verdict, seen });
  expect(readRecorded(recording(line("refuted", "rejected"))).switches).toEqual({ tags: "rejected" });
  expect(readRecorded(recording(line("verified"), line("refuted", "dropped"))).switches).toEqual({ tags: "dropped" });
  expect(readRecorded(recording(line("refuted", "no value of it")))).toEqual({
    switches: {},
    says: ["U9: set the switch tags to what the recording shows"],
  });
});

test("the recording of the emulator changes nothing", () => {
  expect(readRecorded(read("test/recordings/emulator.jsonl"))).toEqual({ switches: {}, says: [] });
});

test("another file is refused", () => {
  for (const text of ['{"kind":"seed"}', "no JSON", ""]) {
    expect(() => readRecorded(text)).toThrow("not a recording");
  }
  expect(readRecorded(`${recording(probe("U14"))}{"kind":"pro`).says).toHaveLength(1);
});

test("the emulator starts with a recording in the place of a profile", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "uko-recorded-"));
  const file = path.join(folder, "uko-probe.jsonl");
  await writeFile(file, recording(probe("U14")));
  const emulator = await startFromCommandLine({ profile: file });
  onTestFinished(async () => {
    await emulator.close();
    await rm(folder, { recursive: true });
  });
  expect(emulator.recorded).toEqual(["U14: syncChangesLastWriter is true"]);
  expect(emulator.world.switches).toMatchObject({ syncChangesLastWriter: true, tags: "kept" });
});
