import { expect, test } from "vitest";
import { type Kept, keptBy, keptOf, made } from "./support/kept-state.ts";
import { ended, messageOf } from "./support/next-steps.ts";
import { keepsTags, profilesFor } from "./support/profiles.ts";
import { recordOn } from "./support/records.ts";
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

    const met = ended(await pipeline.destroy(), 1, 'Key "payroll" is waiting for a person to request its deactivation');
    expect(messageOf(met.output)).toContain("is not a person, so it can neither request nor approve.");
    const unrequested: Kept = { keyState: "active", lifecycleState: "pending_request", deletionAwaits: "request" };
    expect(await keptOf(pipeline)).toEqual(keptBy({ now: unrequested, looked: made }));
    ended(await scenario.runUko("workload", ["request", key]), 10);
    expect(await dave.uko(["request", key])).toMatchObject({
      exitCode: 10,
      output: expect.stringContaining("uses a trusted profile, and the service would report the profile as the author"),
    });
    expect(await scenario.writes(created)).toEqual([]);

    ended(await bob.uko(["request", key]), 0);
    const record = recordOn(await scenario.key()).id;
    const asked = await scenario.mark();
    // Alice starts it, and still it is the pipeline that runs.
    const started = ended(await alice.destroy([], { env: { UKO_API_KEY: "pipeline-demo-key" } }), 1, own);
    expect(messageOf(started.output)).toContain(
      'iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000001 ("pipeline"), is not a person',
    );
    for (const name of ["pipeline", "workload"]) {
      for (const args of [[], ["--store"]]) {
        ended(await scenario.runUko(name, ["approve", key, ...args]), 12);
      }
    }
    ended(await dave.storeApproval(key), 12);
    const inProfile = { UKO_API_KEY: undefined, UKO_TOKEN: await tokenInProfile(scenario, "bob-demo-key") };
    ended(await bob.uko(["approve", key], inProfile), 12);
    expect(await scenario.writes(asked)).toEqual([]);
    const pending = pendingBy("IBMid-550000BOB", record);
    expect(await keptOf(pipeline)).toEqual(keptBy({ now: pending, looked: pending }));

    // Dave acts, and only a person without a profile can be the author of the next request.
    const acted = await dave.approve(key);
    expect(await scenario.writes(asked), acted.output).toMatchObject([
      { operation: "deactivateManagedKey", caller: profileId, authn: "IBMid-550000DAVE", to: "deactivated" },
    ]);
    const waits = ended(
      await dave.destroy(),
      1,
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    );
    const off: Kept = { keyState: "deactivated", lifecycleState: "cooling_down" };
    expect(await keptOf(dave)).toMatchObject(keptBy({ now: off, looked: off }));

    await scenario.advance("4h1m");
    ended(await bob.runNext(waits.output, /^uko request/), 0);
    ended(await dave.approve(key), 0);
    await scenario.advance("31d");
    // The service reports the profile as the last writer. Bob could have used it, too, so a person looks at the key.
    const kept = ended(await pipeline.destroy(), 1).output;
    expect(kept).toContain("[UKO_DESTRUCTION_UNAPPROVED]");
    ended(await bob.runNext(kept, /^uko continue/), 0);
    expect((await scenario.writes()).at(-1)).toMatchObject({ operation: "deleteManagedKey", status: 204 });
    ended(await pipeline.destroy(), 0);
    expect(await pipeline.resources()).toEqual([]);
  },
);

test.each(profilesFor().filter(keepsTags))(
  "a person without the role stores an approval, which helps only a requester with the role (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile });
    const [alice, bob] = await peopleOf(scenario, "alice", "bob");
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();

    // Bob asks and Alice stores her approval, although only she may deactivate.
    ended(await bob.uko(["request", key]), 0);
    ended(await alice.storeApproval(key), 0);
    const before = await scenario.mark();
    const refused = ended(
      await bob.destroy(),
      1,
      'IBMid-550000BOB ("Bob Example") cannot deactivate key "payroll": missing right hs-crypto.managed-keys.active-deactivate',
    );
    expect(messageOf(refused.output)).toContain("This right requires the role Key Custodian - Deployer.");
    expect(await scenario.writes(before)).toEqual([]);

    ended(await alice.uko(["withdraw", key]), 0);
    ended(await alice.uko(["request", key]), 0);
    const request = recordOn(await scenario.key()).id;
    const asked = await scenario.mark();
    const forbidden = ended(await bob.approve(key), 13);
    expect(forbidden.output).toContain("missing right hs-crypto.managed-keys.active-deactivate");
    ended(await bob.destroy(), 1, own);
    expect(await scenario.writes(asked)).toEqual([]);
    const pending = pendingBy("IBMid-550000ALICE", request);
    expect(await keptOf(bob)).toEqual(keptBy({ now: pending, looked: pending }));

    ended(await bob.storeApproval(key), 0);
    const response = recordOn(await scenario.key()).id;
    ended(
      await alice.destroy(),
      1,
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    );
    expect(await scenario.key()).toMatchObject({ state: "deactivated" });
    const cooling: Kept = {
      ...{ keyState: "deactivated", lifecycleState: "cooling_down", deletionAwaits: "request" },
      deletionNotBefore: "2026-11-24T18:22",
    };
    const answered: Kept = {
      ...{ ...pendingBy("IBMid-550000ALICE", response), lifecycleState: "approved", deletionAwaits: "requester" },
      deletionApprovedBy: "IBMid-550000BOB",
    };
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
    const response = await fetch(`${scenario.url}/identity/token`, { method: "POST", body: new URLSearchParams(form) });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const grants = "urn:ibm:params:oauth:grant-type";
  const token = await grant({ grant_type: `${grants}:apikey`, apikey: apiKey });
  return grant({ grant_type: `${grants}:assume`, access_token: token, profile_id: profileId.slice(4) });
}
