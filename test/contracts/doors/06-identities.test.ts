import { expect, test } from "vitest";
import { type Kept, keptBy, keptOf, made } from "./support/kept-state.ts";
import { consentIn, ended, firstLineOf, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, type Scenario } from "./support/scenario.ts";

const own = 'Key "payroll" is waiting for a second person to approve its deactivation';
const profileId = "iam-Profile-22222222-aaaa-4bbb-8ccc-000000000002";

test.each(profilesFor())(
  "pipelines and workloads do not count, and a person in a trusted profile acts but does not approve (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, people: ["alice", "bob", "pipeline", "dave"] });
    const [alice, bob, pipeline, dave] = await peopleOf(scenario, "alice", "bob", "pipeline", "dave");
    ended(await pipeline.up(), 0);
    const key = await scenario.keyPath();
    const created = await scenario.mark();

    const met = ended(
      await pipeline.destroy(),
      1,
      'Key "payroll" is waiting for two people: its deactivation has not been requested',
    );
    expect(messageOf(met.output)).toContain("is not a person, so it can neither request nor approve.");
    expect(await keptOf(pipeline)).toEqual(made);
    ended(await scenario.runUko("workload", ["request", key]), 10);
    expect(await dave.uko(["request", key])).toMatchObject({
      exitCode: 10,
      output: expect.stringContaining("uses a trusted profile, and the service would report the profile as the author"),
    });
    expect(await scenario.writes(created)).toEqual([]);

    const record = consentIn((await bob.uko(["request", key])).output);
    const asked = await scenario.mark();
    // Alice starts it, and still it is the pipeline that runs.
    const started = ended(
      await alice.engine.destroy([], { env: { UKO_CONSENT: record, UKO_API_KEY: "pipeline-demo-key" } }),
      1,
      own,
    );
    expect(messageOf(started.output)).toContain(
      'iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000001 ("pipeline"), is not a person',
    );
    ended(await scenario.runUko("workload", ["continue", key, "--consent", record]), 10);
    for (const [name, code] of [
      ["pipeline", "UKO_ACTOR_NOT_A_PERSON"],
      ["workload", "UKO_ACTOR_NOT_A_PERSON"],
      ["dave", "UKO_ACTOR_NOT_A_PERSON"],
    ] as const) {
      const refused = await scenario.runUko(name, ["consent", key, record]);
      expect(refused).toMatchObject({ exitCode: 12, output: expect.stringContaining(`[${code}]`) });
    }
    const inProfile = { UKO_API_KEY: undefined, UKO_TOKEN: await tokenInProfile(scenario, "bob-demo-key") };
    const named = ended(await bob.uko(["continue", key, "--consent", record], inProfile), 10, own);
    expect(named.output).toContain("You cannot approve your own request.");
    expect(await scenario.writes(asked)).toEqual([]);
    const pending = pendingBy("IBMid-550000BOB", record);
    expect(await keptOf(pipeline)).toEqual(keptBy({ now: pending, looked: pending }));

    const acted = ended(
      await dave.destroy(record),
      1,
      'Key "payroll" is deactivated and is waiting for two people: its destruction has not been requested',
    );
    expect(await scenario.writes(asked)).toMatchObject([
      { operation: "K7", caller: profileId, authn: "IBMid-550000DAVE", to: "deactivated" },
    ]);

    // The next step has no request, and only a record notes when the key was deactivated.
    const off: Kept = { keyState: "deactivated", lifecycleState: "deactivated" };
    expect(await keptOf(dave)).toEqual(keptBy({ now: off, looked: pending }));

    await scenario.advance("4h1m");
    const second = consentIn((await bob.runNext(acted.output, /^uko request/)).output);
    ended(await dave.uko(["continue", key, "--consent", second]), 11);
    await scenario.advance("31d");
    ended(await pipeline.destroy(), 0);
    expect(await pipeline.resources()).toEqual([]);
    expect((await scenario.writes()).at(-1)).toMatchObject({ operation: "K5", status: 204, callerName: "pipeline" });
  },
);

test.each(profilesFor())(
  "a run that names a request without the right writes nothing and says how to approve (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile });
    const [alice, bob] = await peopleOf(scenario, "alice", "bob");
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();

    // Bob asks and Alice answers, although only she may deactivate.
    const mistaken = consentIn((await bob.uko(["request", key])).output);
    const answer = consentIn((await alice.uko(["consent", key, mistaken])).output);
    const before = await scenario.mark();
    const refused = ended(
      await bob.destroy(answer),
      1,
      'IBMid-550000BOB ("Bob Example") cannot deactivate key "payroll": missing right hs-crypto.managed-keys.active-deactivate',
    );
    expect(messageOf(refused.output)).toContain("This right requires the role Key Custodian - Deployer.");
    expect(nextCommands(refused.output).filter((command) => command.startsWith("uko consent"))).toEqual([]);
    expect(await scenario.writes(before)).toEqual([]);

    ended(await alice.uko(["withdraw", key]), 0);
    const request = consentIn((await alice.uko(["request", key])).output);
    const asked = await scenario.mark();
    const forbidden = ended(await bob.destroy(request), 1, firstLineOf(refused.output));
    expect(await scenario.writes(asked)).toEqual([]);
    const pending = pendingBy("IBMid-550000ALICE", request);
    expect(await keptOf(bob)).toEqual(keptBy({ now: pending, looked: pending }));

    const consented = ended(
      await bob.runNext(forbidden.output, /^uko consent/),
      0,
      /^You approved the deactivation of key "payroll"; the approval expires on /,
    );
    const acted = ended(
      await alice.destroy(consentIn(consented.output)),
      1,
      'Key "payroll" is deactivated and is waiting for a second person to approve its destruction',
    );
    expect(await scenario.key()).toMatchObject({ state: "deactivated" });
    const half = consentIn(acted.output);
    const cooling: Kept = {
      ...pendingBy("IBMid-550000ALICE", half),
      ...{ keyState: "deactivated", lifecycleState: "cooling_down", deletionNotBefore: "2026-11-24T18:22" },
    };
    const answered = pendingBy("IBMid-550000BOB", consentIn(consented.output));
    expect(await keptOf(alice)).toEqual(keptBy({ now: cooling, looked: answered }));
  },
);

function pendingBy(deletionRequestedBy: string, deletionRecordId: string): Kept {
  const waits = { keyState: "active", lifecycleState: "pending_approval", deletionAwaits: "approval" };
  return { ...waits, deletionRequestedBy, deletionRecordId };
}

test("writes nothing if the service does not report the last writer, and says what remains", async () => {
  await using scenario = await openScenario({ profile: "zos" });
  const [alice, bob] = await peopleOf(scenario, "alice", "bob");
  ended(await bob.up(), 0);
  const before = await scenario.mark();
  for (const person of [alice, bob]) {
    ended(await person.uko(["request", await scenario.keyPath()]), 12);
  }
  const refused = ended(await bob.destroy(), 1, 'uko cannot distinguish two people for key "payroll"');
  expect(messageOf(refused.output)).toMatch(/dual_?[aA]uthorization\W+"single" and require an approval/);
  expect(await scenario.writes(before)).toEqual([]);
  expect(await bob.resources()).toMatchObject([{ outputs: { lifecycleState: "active" } }]);
});

function peopleOf<Names extends readonly string[]>(scenario: Scenario, ...names: Names) {
  const people = names.map((name) => scenario.person(name));
  return Promise.all(people) as Promise<{ [Index in keyof Names]: Awaited<ReturnType<Scenario["person"]>> }>;
}

/** What a person gets from IAM who assumes the trusted profile `key-custodians`. */
async function tokenInProfile(scenario: Scenario, apiKey: string): Promise<string> {
  const grant = async (form: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await fetch(`${scenario.url}/identity/token`, { method: "POST", body: new URLSearchParams(form) });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const grants = "urn:ibm:params:oauth:grant-type";
  const token = await grant({ grant_type: `${grants}:apikey`, apikey: apiKey });
  return grant({ grant_type: `${grants}:assume`, access_token: token, profile_id: profileId.slice(4) });
}
