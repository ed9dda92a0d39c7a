import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildProgram } from "../../provider/cli/program.ts";
import { keys, quietWorld, startCliWorld } from "../cli/harness.ts";
import { commandsOf, linesOf, makeCampaign, moves } from "./moves.ts";

test("each command of the program has a row, and each row a command", () => {
  const commands = commandsOf(buildProgram(quietWorld(), () => {}));
  expect(Object.keys(moves).toSorted()).toEqual([...commands].toSorted());
});

test("a command that counts as reading writes nothing, in any hands", async () => {
  const world = await startCliWorld();
  const folder = mkdtempSync(path.join(tmpdir(), "uko-moves-"));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });
  await world.uko("bob", `request ${keys.payroll}`);
  await makeCampaign(folder, (line) => world.type("carol", line));
  const before = (await world.trail()).length;
  for (const line of linesOf("reads", { key: keys.payroll, folder })) {
    const { exitCode, err } = await world.type("carol", line);
    expect([0, 10, 11, 12], `${line}: ${err}`).toContain(exitCode);
  }
  expect((await world.trail()).slice(before).filter(({ effect }) => effect)).toEqual([]);
});
