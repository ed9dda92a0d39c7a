import { expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { errorCatalog } from "../../provider/errors.ts";
import { quietWorld } from "./harness.ts";

async function explain(...args: readonly string[]) {
  const world = quietWorld();
  return { exitCode: await runCli(["explain", ...args], world), ...world.output };
}

it("lists and explains every code of the catalog", async () => {
  const codes = Object.keys(errorCatalog);
  const listed = (await explain()).out.trimEnd().split("\n").slice(1);
  expect(listed.map((line) => line.split(" ")[0])).toEqual(codes);
  const all = (await explain("--json")).out.trimEnd().split("\n");
  expect(all.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(codes);
  expect(JSON.parse(all[0] ?? "")).toMatchObject({
    v: 1,
    exitCode: 10,
    text: expect.stringContaining("**What to do.**"),
  });
});
