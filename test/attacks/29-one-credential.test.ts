/**
 * One credential at the command line: files, variables and input of a pipeline that another person wrote. The engines are
 * in test/contracts/interfaces/19-one-credential.test.ts.
 */

import { afterEach, expect, test } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys } from "../cli/harness.ts";
import { endsManagedKey } from "../support/calls.ts";
import { linesOf, makeCampaign } from "../support/moves.ts";
import { explainVerdict } from "../support/oracle.ts";

const { world, folder } = useCliStage();
afterEach(async () => {
  const steps = (await world.trail()).filter(({ operation, effect }) => effect && endsManagedKey(operation));
  expect(steps).toEqual([]);
  expect(explainVerdict(await world.verdict())).toBe("");
});

async function requested(): Promise<void> {
  for (const key of [keys.payroll, keys.vouchers]) await world.uko("bob", `request ${key}`);
  await world.advance("1m");
}

test("a pipeline with Carol's credential approves nothing, whatever its variables and its input say", async () => {
  await requested();
  const record = JSON.parse((await world.uko("erin", `status ${keys.payroll} --json`)).out).deletion.recordId;
  const variables = {
    ...{ CI: "true", UKO_CONSENT: record, UKO_CONSENT_DIGEST: "0".repeat(64) },
    ...{ UKO_APPROVE: "yes", UKO_YES: "1", UKO_DUAL_AUTHORIZATION: "single" },
  };
  const input = `${"payroll\ny\ny\n".repeat(3)}deactivate 2\ny\n`;
  await makeCampaign(folder, (line) => world.type("carol", line));
  const places = { key: keys.payroll, folder };
  const lines = [`approve ${record}`, ...linesOf("reads", places), ...linesOf("writes", places)];
  for (const command of lines) {
    await world.uko("carol", command, variables, input);
    const { keyState } = JSON.parse((await world.uko("erin", `status ${keys.payroll} --json`)).out);
    expect(keyState, command).toBe("active");
  }
});

test("Carol approves her own request at a terminal, under each form of the command", async () => {
  await world.uko("carol", `request ${keys.payroll}`);
  await world.advance("1m");
  for (const which of [keys.payroll, "payroll", "--label payroll", "--requested-by IBMid-550000CAROL"]) {
    for (const how of ["", " --store"]) {
      const { exitCode, out } = await world.type("carol", `approve ${which}${how}`);
      expect([exitCode === 0 && !out.includes("No request of another person"), out]).toEqual([false, out]);
    }
  }
});
