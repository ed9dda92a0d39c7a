import { expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { errorCatalog } from "../../provider/errors.ts";
import { quietWorld } from "./harness.ts";

async function explain(...args: readonly string[]) {
  const world = quietWorld();
  return { exitCode: await runCli(["explain", ...args], world), ...world.output };
}

it.each(["UKO_COOLING_DOWN", "[UKO_COOLING_DOWN]", "cooling-down"])("explains the code %s as text", async (typed) => {
  expect(await explain(typed)).toEqual({
    exitCode: 0,
    out: `UKO_COOLING_DOWN

The key was deactivated 4 hours ago or less. Exit code 11, retryable.

The service refuses to destroy a key until more than 4 hours have passed since its deactivation, so that
people can notice a mistake.

What to do. Run the same command after the time in the message. To end the outage instead, run uko reactivate.
`,
    err: "",
  });
});

it("keeps the items of a list on lines of their own", async () => {
  expect((await explain("host-not-allowed")).out).toMatch(
    /\n- the documented addresses.*\n- hosts in UKO_ALLOWED_HOSTS,/,
  );
});

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
