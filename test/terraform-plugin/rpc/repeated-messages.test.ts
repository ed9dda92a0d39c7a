/** Many resources with one message: the first has the details, each other one a few lines and the count. */

import { expect, test } from "vitest";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const lines = (text = "") => text.split("\n");

test("the first unfinished deletion has the details, and each other one its command and the count", async () => {
  const cores = [
    await stage.made(),
    await stage.made({ label: "orders" }),
    await stage.made({ label: "ledger" }),
    await stage.made({ label: "wages" }),
  ];
  await stage.bob.provider.configureProvider();
  const plans = [];
  for (const core of cores) plans.push(await core.plan(null));
  const [firstWarning, ...otherWarnings] = plans.map(({ warnings: [warning] }) => warning);
  expect(lines(firstWarning).length).toBeGreaterThan(4);
  // Hosts show one of several warnings with the same first line, and count the others.
  expect(new Set(otherWarnings.map((warning) => lines(warning)[0])).size).toBe(1);
  for (const warning of otherWarnings) expect(lines(warning).length).toBeLessThan(4);
  expect(otherWarnings[1]).toMatch(/"ledger".*\n.*3 .*so far/s);
  const errors = [];
  for (const [index, core] of cores.entries()) {
    const plan = plans[index];
    if (plan !== undefined) errors.push(...(await core.applySaved(plan, null)).errors);
  }
  expect(lines(errors[0]).length).toBeGreaterThan(4);
  const labels = ["payroll", "orders", "ledger", "wages"];
  for (const [index, error = ""] of errors.entries()) {
    expect(error).toMatch(/\[UKO_APPROVAL_PENDING\]/);
    if (index === 0) continue;
    expect(error).toMatch(/another person runs: uko approve(?: \[|$)/m);
    expect(error).toContain(index < 3 ? `uko approve ${labels[index] ?? ""}` : "(4 so far)");
    expect(lines(error).length).toBeLessThan(index < 3 ? 8 : 4);
  }
  // The plan of a wait is grouped like the plan of a request.
  await stage.bob.provider.configureProvider();
  const waiting = [];
  for (const core of cores) waiting.push((await core.plan(null)).warnings[0]);
  expect(lines(waiting[0])[0]).toBe('Key "payroll" is waiting for a second person to approve its deactivation');
  expect(new Set(waiting.slice(1).map((warning) => lines(warning)[0])).size).toBe(1);
  expect(lines(waiting[2])).toContain('Key "ledger" is waiting for a second person to approve its deactivation');
  // A new run begins with the details again.
  await stage.bob.provider.configureProvider();
  expect(lines((await cores[1]?.plan(null))?.warnings[0]).length).toBeGreaterThan(4);
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
