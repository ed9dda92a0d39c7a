import { expect, test } from "vitest";
import { ended, messageOf } from "./support/next-steps.ts";
import { emptyProgram, withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

const sentence =
  /No approval of the destruction by a second person is known\. The last write to the key was by IBMid-550000CAROL/;

test("an engine keeps a key that one person destroyed, until a person confirms the removal of its metadata", () =>
  withScenario({ profile: "documented", people: ["bob"] }, async (scenario) => {
    const [bob, carol] = [await scenario.person("bob"), scenario.outsider("carol")];
    ended(await bob.up(), 0);
    const { id } = await scenario.key();
    await carol.act(id, "deactivate");
    await scenario.advance("4h1m");
    await carol.act(id, "destroy");

    const mark = await scenario.mark();
    const pending = ended(await bob.destroy(), 1).output;
    expect(pending).toMatch(sentence);
    expect(pending).toContain("[UKO_DESTRUCTION_PENDING]");
    await scenario.advance("31d");
    const refreshed = messageOf(ended(await bob.refresh(), 0).output);
    if (userInterface.name === "package") expect(refreshed).toMatch(/No approval of the destruction/);
    await bob.writeProgram(emptyProgram);
    const preview = ended(await bob.preview(), 0).output;
    if (userInterface.predicts) {
      expect(preview).toMatch(/No approval of the destruction of key "payroll"[\s\S]*uko continue/);
    }
    const destroyed = ended(await bob.destroy(), 1).output;
    expect(destroyed).toMatch(sentence);
    expect(destroyed).toContain("[UKO_DESTRUCTION_UNAPPROVED]");
    expect(await scenario.writes(mark)).toEqual([]);

    ended(await bob.runNext(destroyed, /^uko continue/), 0);
    expect((await scenario.writes(mark)).map(({ operation }) => operation)).toEqual(["deleteManagedKey"]);
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
  }));
