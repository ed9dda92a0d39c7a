/** An author whose name is the IAM ID of another person: a name never selects by that ID, and prints in quotes behind the ID. */

import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, seed } from "../cli/harness.ts";

const [alice, carol] = ["IBMid-550000ALICE", "IBMid-550000CAROL"];

/** Carol calls herself by Alice's ID, with a quote that pretends to end the name. */
const identities = (seed.identities ?? []).map((each) =>
  each.iamId === carol
    ? { ...each, name: alice }
    : each.iamId === alice
      ? { ...each, name: `x") or ${carol} ("y` }
      : each,
);
const { world, folder } = useCliStage({ seed: { ...seed, identities }, isKept: true });
const evidence = (): Record<string, string> => ({ UKO_EVIDENCE: path.join(folder, "evidence.jsonl") });

beforeAll(async () => {
  await world.uko("carol", `request ${keys.payroll}`, evidence());
  await world.uko("carol", `request ${keys.draft}`, evidence());
  await world.uko("alice", `request ${keys.vouchers}`, evidence());
  // The audit names the person who executed a step.
  await world.uko("carol", `hold ${keys.cards} --kind incident`, evidence());
});

describe("the requests of an ID", () => {
  it.each([alice, "ibmid-550000alice"])("are those of this identity alone: %s", async (person) => {
    const { out } = await world.type("bob", `approve --requested-by ${person} --step deactivate`, ["no"]);
    expect(out).toContain(keys.vouchers.split("/")[1]);
    expect(out).not.toContain(keys.payroll.split("/")[1]);
  });

  it("are none if no identity with this ID requested, whatever names the records give", async () => {
    const { out } = await world.uko("bob", `review --requested-by ${alice} --step destroy --kind never-active --json`);
    expect(out).not.toContain(keys.draft.split("/")[1]);
  });

  it("are those in the evidence that the identity took", async () => {
    const { out } = await world.uko("bob", `audit --file ${evidence().UKO_EVIDENCE} --person ${alice} --json`);
    expect(out).toContain(keys.vouchers.split("/")[1]);
    expect(out).not.toContain(keys.payroll.split("/")[1]);
  });
});

describe("a person prints", () => {
  it.each([
    ["in a message", `status ${keys.payroll}`],
    ["in the table of requests", "requests"],
    ["in the audit", "audit --file @"],
  ])("with the ID first, and with the name in quotes: %s", async (_, command) => {
    const { out } = await world.uko("bob", command.replace("@", evidence().UKO_EVIDENCE ?? ""));
    expect(out).toContain(`${carol} ("${alice}")`);
    expect(out).not.toContain(`${alice} (${carol})`);
  });

  it("without a quote in the name that could end it", async () => {
    const { out } = await world.uko("bob", `status ${keys.vouchers}`);
    expect(out).toContain(`${alice} ("x') or ${carol} ('y")`);
  });

  it("the same way to themselves, at whoami", async () => {
    expect((await world.uko("carol", "whoami")).out).toContain(`You are ${carol} ("${alice}"), a person.`);
  });
});
