import { expect, test } from "vitest";
import { endAgain, ended, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesByTier } from "./support/profiles.ts";
import { programOf, withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

const names = ["payroll", "single", "retained"] as const;
const program = programOf({ payroll: {}, single: { dualAuthorization: "single" }, retained: {} });

const destroyOf = (name: string) => userInterface.endOf("ManagedKey", name);

/** The engine's commands of the other scenarios' messages are run there; here are those of refusals and of `single`. */
test.each(profilesByTier())("the commands of the engine that a refusal prints do what it says (%s)", (profile) =>
  withScenario(
    { profile, program, single: ["single"], people: ["alice", "bob", "erin", "pipeline"], hasRealTerminal: true },
    async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const { id } = await scenario.key("retained");
      const request = "uko request payroll";
      const crn = "crn:v1:bucket";
      await scenario.control(`keys/${id}`, { addResource: { crn, preventKeyDeletion: true } });

      // A reader and a pipeline write nothing and take no step, and the message says who can.
      const mark = await scenario.mark();
      const reader = ended(await (await scenario.person("erin")).destroy(["--continue-on-error"]), 1);
      for (const name of ["payroll", "single"])
        expect(messageOf(reader.output, name)).toContain("[UKO_RIGHTS_MISSING]");
      expect(messageOf(reader.output, "retained")).toContain("[UKO_RETENTION_POLICY]");
      const pipelineRun = (await scenario.person("pipeline")).engine.destroy([
        "--continue-on-error",
        "--exclude",
        "**::single",
      ]);
      const pipeline = ended(await pipelineRun, 1);
      const said = messageOf(pipeline.output, "payroll");
      expect(said).toContain("is not a person, so it can neither request nor approve.");
      expect(nextCommands(said)).toEqual(["uko request payroll"]);
      expect(await scenario.writes(mark)).toEqual([]);
      for (const name of names) {
        const commands = nextCommands(messageOf(reader.output, name));
        expect(commands).toContainEqual(name === "payroll" ? request : destroyOf(name));
      }

      // Alice holds what was named: her run asks for the one and deactivates the other.
      const asked = ended(await alice.shell(userInterface.endAll), 1);
      expect(messageOf(asked.output, "payroll")).toContain("You requested the ");
      expect(messageOf(asked.output, "single")).toContain("[UKO_COOLING_DOWN]");
      expect(await scenario.key("single")).toMatchObject({ state: "deactivated" });
      expect(await scenario.key("payroll")).toMatchObject({ state: "active", updated_by: "IBMid-550000ALICE" });
      expect(nextCommands(messageOf(asked.output, "single"))).toContainEqual(destroyOf("single"));

      // Pasted, the command of one message is about its key alone: the outage of another is not its business.
      const mark2 = await scenario.mark();
      const one = ended(await bob.runNext(messageOf(asked.output, "single"), endAgain), 1);
      expect(one.output).toContain("[UKO_COOLING_DOWN]");
      if (userInterface.endsOne) expect(one.output).not.toContain("retained");
      expect(await scenario.writes(mark2)).toEqual([]);

      // After the cool-down, and once the bucket's owner has let go, Bob runs what both messages printed.
      await scenario.advance("5h");
      await scenario.control(`keys/${id}`, { removeResource: crn });
      const done = ended(await bob.shell(userInterface.endAll), 1);
      expect(messageOf(done.output, "single")).toContain("[UKO_DESTRUCTION_PENDING]");
      expect(messageOf(done.output, "retained")).toContain("You requested the ");
      expect(await scenario.key("retained")).toMatchObject({ state: "active", updated_by: "IBMid-550000BOB" });
    },
  ),
);
