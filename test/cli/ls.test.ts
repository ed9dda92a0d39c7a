/** `uko ls` of keys that no state declares; transcripts show the rest. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { useCliStage } from "./cli-stage.ts";
import { keys } from "./harness.ts";

const { world, folder } = useCliStage();

const ls = async (args: string): Promise<string> => {
  const { exitCode, out, err } = await world.uko("bob", `ls ${args}`);
  expect([exitCode, err]).toEqual([0, expect.not.stringContaining("[UKO_")]);
  return out;
};

it("lists the keys that no state declares, which an engine has forgotten or never knew", async () => {
  const key = (type: string, id: string) => ({ urn: `urn:pulumi:dev::shop::${type}::k`, type, id });
  const pulumi = { deployment: { resources: [key("uko:index:ManagedKey", keys.payroll)] } };
  const managed = (id: string) => ({
    address: "uko_managed_key.k",
    mode: "managed",
    type: "uko_managed_key",
    values: { id },
  });
  const tofu = { format_version: "1.0", values: { root_module: { resources: [managed(keys.vouchers)] } } };
  const [one, two] = [path.join(folder, "one.json"), path.join(folder, "two.json")];
  writeFileSync(one, JSON.stringify(pulumi));
  writeFileSync(two, JSON.stringify(tofu));
  const labels = async (args: string) =>
    (await ls(`${args} --json`)).split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).label as string]));
  const all = await labels("--kind key");
  expect(await labels(`--undeclared ${one} ${two}`)).toEqual(
    all.filter((label) => label !== "payroll" && label !== "vouchers"),
  );
  expect(await labels(`--name payroll --state active --undeclared ${two}`)).toEqual(["payroll"]);
  expect(await world.uko("bob", `ls --undeclared ${one} --kind vault`)).toMatchObject({ exitCode: 2 });
});
