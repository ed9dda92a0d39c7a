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

test("a command that counts as reading sends nothing but GET and HEAD, after the login", async () => {
  const world = await startCliWorld();
  const folders = [0, 1].map(() => mkdtempSync(path.join(tmpdir(), "uko-moves-")));
  onTestFinished(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true });
    await world.close();
  });
  // One key with a request, one without: a request alone keeps some commands from writing.
  await world.uko("bob", `request ${keys.payroll}`);
  for (const [index, key] of [keys.payroll, keys.vouchers].entries()) {
    const folder = folders[index] ?? "";
    await makeCampaign(folder, (line) => world.type("carol", line));
    for (const line of linesOf("reads", { key, folder })) {
      const { exitCode, err } = await world.type("carol", `--debug ${line}`);
      // The probe ends with 1 where a question has no answer.
      expect(line.startsWith("probe") ? [0, 1] : [0, 10, 11, 12], `${line}: ${err}`).toContain(exitCode);
      const others = Array.from(err.matchAll(/^(?!GET|HEAD)[A-Z]+ 127\.0\.0\.1:\d+(\/\S+)/gm), ([, place]) => place);
      expect([line, others.filter((place) => place !== "/identity/token")]).toEqual([line, []]);
    }
  }
});
