/** `--debug`: what it shows of each call, and what it never shows. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { eraseLine } from "../../provider/cli/progress-line.ts";
import { apiKeys, type CliTestWorld, keys, quietWorld, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world.close());

it.each(["before", "after"])("shows each call on standard error, with the option %s the command", async (place) => {
  const command = `status ${keys.draft} --json`;
  const typed = place === "before" ? `--debug ${command}` : `${command} --debug`;
  const { exitCode, out, err } = await world.uko("bob", typed);
  expect([exitCode, out.split("\n")]).toEqual([0, [expect.stringContaining('"v":1'), ""]]);
  const host = world.url.replace("http://", "");
  const [vaultId, keyId] = keys.draft.split("/");
  expect(err).toMatch(new RegExp(`^POST ${host}/identity/token 200 in \\d+ ms [0-9a-f-]{36}$`, "m"));
  expect(err).toMatch(new RegExp(`^GET ${host}/api/v4/managed_keys/${keyId} 200 in \\d+ ms [0-9a-f-]{36}$`, "m"));
  expect(err).not.toContain(apiKeys.bob);
  expect(err).not.toMatch(/Bearer|apikey|\?|eyJ/);
  expect(vaultId).toBeDefined();
});

it("shows a call that was not sent, and also the calls of uko doctor and of a witness", async () => {
  const refused = await world.uko("bob", "status payroll --debug", { UKO_API_KEY: "" });
  expect(refused.err).not.toContain("GET ");
  expect((await world.uko("bob", "doctor --debug")).err).toMatch(/^GET \S+\/api\/v4\/vaults 200 in/m);
  const witness = `certificate witness ${keys.draft} --sign-key absent.key --out absent.json --debug`;
  expect((await world.uko("bob", witness)).err).toMatch(/^GET \S+\/api\/v4\/managed_keys\/\S+ 200 in/m);
});

it("begins a line of its own on a terminal", async () => {
  const here = quietWorld({ environment: world.environmentOf("bob") });
  await runCli(["ls", "--debug"], { ...here, err: { ...here.err, columns: 80 } });
  expect(here.output.err).toContain(`${eraseLine}GET ${world.url.replace("http://", "")}/api/v4/vaults 200 in `);
});

it("is silent without the option", async () => {
  expect((await world.uko("bob", "ls")).err).not.toContain("GET ");
});
