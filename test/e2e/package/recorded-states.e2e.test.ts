/** Stacks of earlier releases, which a deletion may outlive: this release reads each state and deletes every key. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import { codeOf, ended } from "../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../contracts/interfaces/support/person.ts";
import { type Scenario, withScenario } from "../../contracts/interfaces/support/scenario.ts";
import {
  apiKeys,
  peopleSeed,
  programAt,
  type RecordedInterface,
  type RecordedState,
  readRecorded,
  recordedProgram,
  recordedReleases,
  recordedStates,
  recordState,
} from "./support/recorded-state.ts";

const people = Object.keys(apiKeys);
const isRecording = process.env.UKO_RECORD_STATES === "1";
const timeoutMs = 400_000;

if (isRecording) {
  test.each(["dynamic", "package"] as const)(
    "records the states of this release, %s",
    (userInterface) =>
      withScenario(
        { profile: "documented", seed: peopleSeed, program: recordedProgram(userInterface), people, apiKeys },
        (scenario) => recordState(userInterface, scenario),
      ),
    timeoutMs,
  );
}

const releases = isRecording ? [] : await recordedReleases();

if (!isRecording) {
  test("the states of this release are in the repository", () => {
    expect(releases).toContain(packageFile.version);
  });
}

describe.each(releases)("a stack of release %s", (release) => {
  test.each([
    ["dynamic", "dynamic"],
    ["package", "package"],
    ["dynamic", "package"],
  ] as const)(
    "created with the %s, has no difference in a preview of the %s, and two people delete each key",
    async (madeBy, servedBy) => {
      const recorded = await readRecorded(release, madeBy);
      const program = programAt(servedBy, recorded.program);
      await withScenario({ profile: "documented", seed: recorded.seed, program, people, apiKeys }, async (scenario) => {
        const anna = await scenario.person("anna");
        await importStack(anna, recorded);
        expect(statesIn(await anna.resources())).toEqual(recordedStates);
        const begun = await scenario.mark();
        const preview = ended(await anna.preview(["--expect-no-changes", "--diff"]), 0);
        expect(preview.output).toMatch(/\b10 unchanged\b/);
        ended(await anna.up(["--expect-no-changes"]), 0);
        ended(await anna.refresh(), 0);
        // A key that another tool deactivated waits for a request, which release 0.1.0 did not say.
        expect(statesIn(await anna.resources())).toEqual({ ...recordedStates, deactivated: "pending_request" });
        expect(await scenario.writes(begun)).toEqual([]);

        await endAll(scenario, begun, servedBy);
      });
    },
    timeoutMs,
  );
});

/** Anna's engine requests, and each approves what the other requested. No run deletes a compromised key. */
async function endAll(scenario: Scenario, begun: number, userInterface: RecordedInterface): Promise<void> {
  const [anna, ben] = [await scenario.person("anna"), await scenario.person("ben")];
  const everything = ["--label", "*"];
  await scenario.advance("1m");
  ended(await anna.destroy(["--continue-on-error"]), 1);
  ended(await anna.uko(["request", "pre-activation", "deactivated"]), 0);
  await scenario.advance("1m");
  ended(await ben.approveAndRequest(everything), 0);
  await scenario.advance("4h1m");
  ended(await anna.approve(everything), 0);
  await scenario.advance("31d");
  ended(await anna.destroy(["--continue-on-error"]), 1);
  const left = await anna.resources();
  expect(
    left.map(({ urn }) => urn.split("::").at(-1)),
    userInterface,
  ).toEqual(["compromised"]);
  expect((await scenario.uko.world()).keys.map(({ label }) => label)).toEqual(["compromised"]);
  const last = ended(await anna.destroy(), 1);
  expect(codeOf(last.output, "compromised")).toBe("UKO_KEY_COMPROMISED");
  // Pending requests stay: the runs request only steps without a request.
  const requests = (await scenario.writes(begun))
    .filter(({ operation }) => operation === "updateManagedKey")
    .map(({ label }) => label);
  expect(requests.filter((label) => label === "halfway")).toEqual([]);
  expect(requests.filter((label) => label === "asked")).toHaveLength(1);
}

async function importStack({ engine: pulumi }: Person, { stack }: RecordedState): Promise<void> {
  const file = path.join(pulumi.home, "recorded-stack.json");
  await writeFile(file, JSON.stringify(stack));
  ended(await pulumi.run(["stack", "import", "--file", file]), 0);
}

function statesIn(resources: Awaited<ReturnType<Person["resources"]>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    resources.map(({ urn, outputs }) => [urn.split("::").at(-1) ?? "", outputs.lifecycleState]),
  );
}
