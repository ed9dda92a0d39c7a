/** Many resources with one message: the first has the details, each other one a line that names it. */

import { expect, test } from "vitest";
import { warningAbout } from "../../../provider/terraform-plugin/diagnostics.ts";
import { createRunMemory } from "../../../provider/terraform-plugin/run-memory.ts";
import type { Core, Told } from "../core.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const lines = (text = "") => text.split("\n");

/** A run with several keys, one after the other. */
async function eachOf<Result>(
  cores: readonly Core[],
  call: (core: Core) => Promise<Result>,
): Promise<readonly Result[]> {
  await stage.bob.provider.configureProvider();
  const results: Result[] = [];
  for (const core of cores) results.push(await call(core));
  return results;
}

const keys = () => Promise.all(["payroll", "orders", "ledger", "wages"].map((label) => stage.made({ label })));

test("plans of many deletions share one summary, and the first one explains them under a summary of its own", async () => {
  const cores = await keys();
  const plans = await eachOf(cores, (core) => core.plan(null));
  const [summary = "", ...others] = plans.flatMap(({ summaries }) => summaries);
  expect(summary).toBe("Deleting a key requires two people and several runs");
  // Hosts show one of several warnings with the same summary, in any order.
  expect(others).toEqual(Array(3).fill(`Likewise: ${summary}`));
  const [first, ...brief] = plans.map(({ warnings: [warning] }) => warning);
  expect(lines(first).length).toBeGreaterThan(4);
  expect(brief).toEqual(
    ["orders", "ledger", "wages"].map((label) => `Deleting key "${label}" requires two people and several runs`),
  );
});

test("deletions that stop for one reason share its summary, and each names its key without a count", async () => {
  const cores = await keys();
  const plans = await eachOf(cores, (core) => core.plan(null));
  const told: Told[] = [];
  for (const [index, plan] of plans.entries()) told.push((await cores[index]?.applySaved(plan, null)) as Told);
  const summaries = told.map((each) => each.summaries.at(-1));
  expect(summaries).toEqual(Array(4).fill("A second person must act"));
  const errors = told.map(({ errors: [error] }) => error);
  expect(lines(errors[0]).length).toBeGreaterThan(4);
  expect(errors[2]).toContain("uko approve ledger");
  expect(errors[3]).toBe(
    'Key "wages" is waiting for a second person to approve its deactivation. To approve them, another person runs: uko approve [UKO_APPROVAL_PENDING]',
  );
  expect(errors.join("\n")).not.toMatch(/so far/);
  // A new run begins with the details again.
  const [again] = await eachOf(cores.slice(1), (core) => core.plan(null));
  expect(lines(again?.warnings[0]).length).toBeGreaterThan(4);
});

const five = ["payroll", "orders", "ledger", "wages", "taxes"];

/** What the reads of five declared keys say in the summaries, which is all that hosts show of a group for sure. */
async function readsOfFive(cores: readonly Core[]): Promise<readonly Told[]> {
  const told = await eachOf(cores, (core) => core.refresh());
  const summaries = told.flatMap((each) => each.summaries);
  expect(new Set(summaries).size, "no two warnings form a group").toBe(summaries.length);
  for (const [at, each] of told.entries()) {
    expect(each.summaries.length).toBeGreaterThan(0);
    for (const summary of each.summaries) expect(summary).toMatch(new RegExp(`\\bkey "${five[at]}"`, "i"));
  }
  return told;
}

test("each of five keys that one person destroyed with other tools is named by the summary of a warning", async () => {
  const cores = await Promise.all(five.map((label) => stage.made({ label })));
  const carol = stage.uko.test.as("carol");
  for (const step of ["deactivate", "destroy"]) {
    for (const { saved } of cores) await carol.step(String(saved?.value.key_id), step);
    await stage.uko.advance("5h");
  }
  const told = await readsOfFive(cores);
  for (const { warnings } of told) expect(warnings.join("\n")).toContain("No approval of the destruction");
  for (const { warnings } of told.slice(1)) {
    for (const warning of warnings) expect(lines(warning).length).toBeLessThan(3);
  }
});

test("each of five declared keys that wait is named by the summary of a warning, in one line after the first", async () => {
  const cores = await Promise.all(five.map((label) => stage.made({ label })));
  const carol = await stage.another(stage.environmentOf("carol"));
  await carol.provider.configureProvider();
  for (const core of cores) {
    const { saved } = core;
    await core.by(carol).apply(null);
    core.restore(saved);
  }
  const told = await readsOfFive(cores);
  expect(told[4]?.warnings).toEqual([
    expect.stringMatching(/^Key "taxes" is waiting for approval of its deactivation: .*$/),
  ]);
});

test("two keys with one label are two warnings with two summaries", () => {
  const reported = createRunMemory();
  const which = (id: string) => ({ noun: "key", name: "payroll", id });
  const [one, two] = ["vault-1/a", "vault-2/b"].flatMap((id) =>
    warningAbout(reported, which(id), 'Key "payroll" moved'),
  );
  expect([one?.summary, two?.summary]).toEqual(['Key "payroll" moved', 'Key "payroll" moved (vault-2/b)']);
});

test("a plan that deletes 200 waiting keys explains the first one, names 20, and says where the others are", async () => {
  const core = await stage.made();
  await core.apply(null);
  await stage.bob.provider.configureProvider();
  const { saved } = core;
  if (saved === undefined) throw new Error("There is no key");
  const told: Told[] = [];
  for (let index = 0; index < 200; index += 1) {
    core.restore({
      ...saved,
      value: { ...saved.value, id: `${String(saved.value.vault_id)}/${index}`, label: `key-${index}` },
    });
    told.push(await core.plan(null));
  }
  const warnings = told.flatMap((each) => each.warnings);
  expect(warnings).toHaveLength(21);
  expect(warnings[19]).toBe('Key "key-19" is waiting for a second person to approve its deactivation');
  expect(warnings[20]).toMatch(/^Not all are listed: .*\nThis run plans more than 20 such deletions.*uko requests/s);
  expect(warnings.flatMap((warning) => lines(warning)).length).toBeLessThan(60);
});

test("a key whose wait the read has shown is not named again by its plan", async () => {
  const cores = await Promise.all(["payroll", "orders"].map((label) => stage.made({ label })));
  for (const core of cores) await core.apply(keyConfig({ label: core.saved?.value.label, state: "destroyed" }));
  const told = await eachOf(cores, async (core) => {
    const shown = await core.refresh();
    const planned = await core.plan(keyConfig({ label: core.saved?.value.label, state: "destroyed" }));
    return [...shown.warnings, ...planned.warnings].map((warning) => lines(warning)[0]);
  });
  const waits = (key: string) => expect.stringMatching(`^Key "${key}" is waiting for approval of its deactivation: `);
  expect(told).toEqual([
    [waits("payroll"), 'Key "payroll" is waiting for a second person to approve its deactivation'],
    [waits("orders")],
  ]);
});

test("an outage and a refused credential are explained once in a run", async () => {
  const cores = await keys();
  const stranger = await stage.another({ ...stage.environmentOf("bob"), UKO_API_KEY: "nobody" });
  await stranger.provider.configureProvider();
  const told: string[] = [];
  for (const core of cores) told.push(...(await core.by(stranger).refresh()).errors);
  expect(lines(told[0]).length).toBeGreaterThan(1);
  expect(told.slice(1)).toEqual(
    Array(3).fill("IBM Cloud IAM rejected the API key (BXNIM0415E)\n[UKO_CREDENTIAL_REFUSED]"),
  );
});

test("each attribute of a connection that is missing or does not apply is named, at its place", async () => {
  const { errors } = await stage.core("uko_keystore").plan({ ...keyConfigOfVault(), type: "aws_kms", name: "paris" });
  expect(errors).toEqual(
    ["region", "access_key_id", "secret_access_key"].map(
      (name) => `aws_${name}: is required for a keystore of type aws_kms`,
    ),
  );
  const misfit = await stage.core("uko_keystore").plan({
    ...{ ...keyConfigOfVault(), type: "internal", name: "paris", aws_region: "eu_west_3" },
    ...{ aws_access_key_id: "A", aws_secret_access_key: "s" },
  });
  const attributes = ["aws_region", "aws_access_key_id", "aws_secret_access_key"];
  expect([...misfit.attributes].sort()).toEqual([...attributes].sort());
});

function keyConfigOfVault() {
  const { vault_id } = keyConfig();
  return { vault_id };
}
