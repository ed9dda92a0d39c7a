/** Files of keys that are no files, or too long; transcripts/selection.txt shows how keys are chosen. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { useCliStage } from "./cli-stage.ts";

const { world, folder } = useCliStage();

const keysFile = (text: string): string => {
  const file = path.join(folder, "keys.txt");
  writeFileSync(file, text);
  return file;
};

it("reads no pipe in the place of a file of keys, and refuses a file with too many before it calls the service", async () => {
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(await world.uko("bob", `request --keys ${pipe}`)).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining(`The file ${pipe} could not be read\n  It is not a regular file`),
  });
  const { length } = await world.trail();
  const ended = await world.uko("bob", `request --keys ${keysFile("payroll\n".repeat(10_001))}`);
  expect(ended).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining("names 10,001 keys\n  The limit is 10,000"),
  });
  expect(await world.trail()).toHaveLength(length);
});
