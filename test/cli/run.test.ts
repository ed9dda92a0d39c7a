/** What a run shows meanwhile: its line of progress, and with `--debug` each call, but never a secret. */

import { expect, it } from "vitest";
import { createProgressLine, withProgress } from "../../provider/cli/run.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, keys } from "./harness.ts";

function written(columns: number | undefined, act: (line: ReturnType<typeof createProgressLine>) => void): string {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  act(createProgressLine({ write, ...(columns !== undefined && { columns }) }));
  return text;
}

const erase = "\r\u001b[2K";

it("prints a line when the text changes, without a terminal", () => {
  const text = written(undefined, (line) => {
    for (const each of ["one", "one", "two"]) line.report(each);
    line.clear();
  });
  expect(text).toBe("one\ntwo\n");
});

it("rewrites one line in place on a terminal, and clears it at the end", () => {
  const text = written(80, (line) => {
    for (const each of ["one", "one", "two"]) line.report(each);
    line.clear();
    line.clear();
  });
  expect(text).toBe(`${erase}one${erase}two${erase}`);
});

it("cuts a line that would wrap", () => {
  expect(written(10, (line) => line.report("a".repeat(20)))).toBe(`${erase}${"a".repeat(8)}…`);
});

it("counts for a person at a terminal only", () => {
  const text = (columns?: number): string => written(columns, (line) => line.count?.("Reading: 1 of 2"));
  expect(text(80)).toBe(`${erase}Reading: 1 of 2`);
  expect(text()).toBe("");
});

const { world } = useCliStage();

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

it("shows a call that was not sent, and also the calls of uko doctor", async () => {
  const refused = await world.uko("bob", "status payroll --debug", { UKO_API_KEY: "" });
  expect(refused.err).not.toContain("GET ");
  expect((await world.uko("bob", "doctor --debug")).err).toMatch(/^GET \S+\/api\/v4\/vaults 200 in/m);
});

it("puts any text of the command in the place of the line of progress", () => {
  const shown: string[] = [];
  const terminal = { write: (text: string) => void shown.push(text), columns: 80 };
  const { out, err, progress } = withProgress(terminal, terminal);
  progress.report("one");
  err.write("GET\n");
  progress.report("two");
  out.write("done\n");
  out.write("end\n");
  expect(shown.join("")).toBe(`${erase}one${erase}GET\n${erase}two${erase}done\nend\n`);
});

it("shows no call without --debug", async () => {
  expect((await world.uko("bob", "ls")).err).not.toContain("GET ");
});
