/** Attempts to need fewer people: by the environment, an edited state, changed code, and another stack. None has an effect. */

import { expect, test } from "vitest";
import { ended, firstLineOf } from "./support/next-steps.ts";
import type { Person } from "./support/person.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, programWith, type Scenario, vaultId } from "./support/scenario.ts";

const waits = 'Key "payroll" is waiting for a second person to approve its deactivation';

/** Carol holds every role: where she is stopped, it is this tool that stops her and no missing right. */
async function carolsKey(profile: Parameters<typeof openScenario>[0]["profile"], args = {}) {
  const scenario = await openScenario({ profile, people: ["carol"], program: programWith(args) });
  const carol = await scenario.person("carol");
  ended(await carol.up(), 0);
  return { scenario, carol };
}

/** Destroys, approves one's own request by hand, and destroys again; the key stays as it is. */
async function expectTwoPeople(scenario: Scenario, person: Person, env: Record<string, string> = {}): Promise<void> {
  const mark = await scenario.mark();
  const first = await person.engine.destroy([], { env });
  expect(first, first.output).toMatchObject({ exitCode: 1 });
  expect(firstLineOf(first.output)).toBe(waits);
  await scenario.advance("1m");
  for (const args of [[], ["--store"]]) ended(await person.uko(["approve", "payroll", ...args], env), 12);
  const own = await person.engine.destroy([], { env });
  expect(own, own.output).toMatchObject({ exitCode: 1 });
  expect(own.output).toContain("[UKO_APPROVAL_PENDING]");
  expect(await scenario.key()).toMatchObject({ state: "active" });
  // Only its request, which is tried as a tag first on a service that drops tags.
  const written = (await scenario.writes(mark)).map(({ operation }) => operation);
  expect([...new Set(written)]).toEqual(["updateManagedKey"]);
  expect((await person.resources()).map(({ outputs }) => outputs.keyState)).toEqual(["active"]);
}

test.each(profilesFor())("UKO_DUAL_AUTHORIZATION=single loosens nothing (%s)", async (profile) => {
  const { scenario, carol } = await carolsKey(profile);
  await using _ = scenario;
  await expectTwoPeople(scenario, carol, { UKO_DUAL_AUTHORIZATION: "single" });
});

test("UKO_DUAL_AUTHORIZATION=required makes a run stricter than code that says single", async () => {
  const { scenario, carol } = await carolsKey("documented", { dualAuthorization: "single" });
  await using _ = scenario;
  await expectTwoPeople(scenario, carol, { UKO_DUAL_AUTHORIZATION: "required" });
  // The record marked the key, so the next run without the variable is as strict.
  const next = await carol.destroy();
  expect(next.output).toContain("[UKO_APPROVAL_PENDING]");
  expect(await scenario.key()).toMatchObject({ state: "active" });
});

test.each(profilesFor("tags-dropped"))("an edited state loosens nothing (%s)", async (profile) => {
  const { scenario, carol } = await carolsKey(profile);
  await using _ = scenario;
  await carol.editState({ dualAuthorization: "single", deletionGate: "destroy", deletionProtection: false });
  expect(await carol.resources()).toMatchObject([
    { outputs: { dualAuthorization: "single", deletionGate: "destroy" } },
  ]);
  await expectTwoPeople(scenario, carol);
});

test.each(profilesFor("tags-dropped"))(
  "a program that changes from required to single keeps the marker, and the deletion requires two people (%s)",
  async (profile) => {
    const { scenario, carol } = await carolsKey(profile);
    await using _ = scenario;
    const marker = markerOf(await scenario.key());
    expect(marker).toMatch(/both|\[uko1b\]/);
    await carol.writeProgram(programWith({ dualAuthorization: "single", deletionGate: "destroy" }));
    ended(await carol.up(), 0);
    expect(await carol.resources()).toMatchObject([{ outputs: { dualAuthorization: "single" } }]);
    expect(markerOf(await scenario.key())).toBe(marker);
    await carol.writeProgram(programWith({ dualAuthorization: "single", description: "other", tags: { a: "b" } }));
    const changed = await carol.up();
    if (profile === "documented") expect(changed).toMatchObject({ exitCode: 0 });
    expect(markerOf(await scenario.key())).toBe(marker);
    await expectTwoPeople(scenario, carol);
  },
);

test.each(profilesFor())(
  "a second stack that adopts the key as single requires two people, and both stacks drop the removed key (%s)",
  async (profile) => {
    const { scenario, carol } = await carolsKey(profile);
    await using _ = scenario;
    const { id: existingKeyId } = await scenario.key();
    const elsewhere = await otherStack(scenario, "erin", "carol");
    const mark = await scenario.mark();
    await elsewhere.writeProgram(programWith({ existingKeyId, dualAuthorization: "single", deletionGate: "destroy" }));
    const adopted = await elsewhere.up();
    expect(adopted, adopted.output).toMatchObject({ exitCode: 0 });
    expect(await elsewhere.resources()).toMatchObject([
      { id: `${vaultId}/${existingKeyId}`, outputs: { dualAuthorization: "single" } },
    ]);
    expect(await scenario.writes(mark)).toEqual([]);
    await expectTwoPeople(scenario, elsewhere);

    // Two people then end it, one from each stack, and the other stack lets go of it by itself.
    const bob = await scenario.person("bob");
    ended(await carol.destroy(), 1);
    await scenario.advance("1m");
    const alice = await scenario.person("alice");
    ended(await alice.approveAndRequest("payroll"), 0);
    await scenario.advance("4h1m");
    ended(await bob.approve("payroll"), 0);
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
    ended(await elsewhere.destroy(), 0);
    expect(await elsewhere.resources()).toEqual([]);
  },
);

test("a second stack that declares the same label does not adopt the key", async () => {
  const { scenario } = await carolsKey("documented");
  await using _ = scenario;
  const other = await otherStack(scenario, "erin", "carol");
  const { id } = await scenario.key();
  const mark = await scenario.mark();
  const refused = await other.up();
  expect(refused.exitCode, refused.output).not.toBe(0);
  expect(refused.output).toContain("[UKO_SERVICE_REFUSED]");
  expect(refused.output).toContain(`Key ${id} has this label, but not the mark of this resource.`);
  expect(await scenario.writes(mark)).toEqual([]);
  expect(await other.resources()).toEqual([]);
});

/** A person of this name with a stack of their own, under another's credential. */
async function otherStack(scenario: Scenario, name: string, credentialOf: string): Promise<Person> {
  const person = await scenario.person(name);
  await person.openStack("other", scenario.environmentOf(credentialOf));
  return person;
}

function markerOf({
  tags,
  description,
}: {
  tags: readonly { name: string; value: string }[];
  description: string;
}): string {
  return tags.find(({ name }) => name === "uko_dual")?.value ?? /\[uko1[bds]\]$/.exec(description)?.[0] ?? "";
}
