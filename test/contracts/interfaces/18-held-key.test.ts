import { expect, test } from "vitest";
import { ended, messageOf } from "./support/next-steps.ts";
import { emptyProgram, programWith, withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

const held =
  /Key "payroll" is held: legal, ticket L_1, said to be set by IBMid_550000BOB on 2026-11-24 \(UTC\), without an end/;

test("each preview of a deletion names the hold of the key, and the run fails before its first write", () =>
  withScenario({ profile: "documented", people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    ended(await bob.uko(["hold", await scenario.keyPath("payroll"), "--kind", "legal", "--ticket", "L_1"]), 0);

    // The refresh stores the hold in the state. An engine that shows no deletion in advance shows it here.
    const refreshed = messageOf(ended(await bob.refresh(), 0).output);
    if (userInterface.name === "package") expect(refreshed).toMatch(held);
    await bob.writeProgram(programWith({ state: "destroyed" }));
    const retirement = ended(await bob.preview(), 0).output;
    if (userInterface.predictsRetirement) expect(retirement).toMatch(held);
    await bob.writeProgram(emptyProgram);
    const deletion = ended(await bob.preview(), 0).output;
    if (userInterface.predicts) expect(deletion).toMatch(held);

    const mark = await scenario.mark();
    const destroyed = ended(await bob.destroy(), 1);
    expect(destroyed.output).toMatch(held);
    expect(destroyed.output).toContain("[UKO_KEY_HELD]");
    expect(await scenario.writes(mark)).toEqual([]);
  }));
