import { expect, test } from "vitest";
import { ended, firstLineOf, lookOf, messageOf } from "./support/next-steps.ts";
import { type Profile, profilesFor, sayAuthorUnder } from "./support/profiles.ts";
import { emptyProgram, programOf, withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

/** One key in each state that a colleague's run can meet. */
const names = ["active", "draft", "asked", "cooling", "off", "compromised", "pending", "destroyed"] as const;

const programFor = (keys: readonly string[], description?: string) =>
  programOf(
    Object.fromEntries(
      keys.map((name) => [
        name,
        {
          // The service takes no changes of a compromised key.
          ...(name !== "compromised" && description !== undefined && { description }),
          ...(name === "draft" && { template: "payroll-draft" }),
        },
      ]),
    ),
  );

test.each(profilesFor())("an unrelated up neither takes nor undoes a step (%s)", (profile) =>
  withScenario({ profile, program: programFor(names) }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    const states = async () =>
      Object.fromEntries((await scenario.uko.world()).keys.map(({ label, state }) => [label, state]));
    const writtenTo = async (mark: number) =>
      (await scenario.writes(mark)).map(({ operation, label }) => `${operation} ${label}`).sort();

    ended(await bob.up(), 0);
    const carol = scenario.outsider("carol");
    const id = async (name: string) => (await scenario.key(name)).id;
    for (const name of ["destroyed", "pending", "off"]) await carol.act(await id(name), "deactivate");
    await scenario.advance("5h");
    await carol.act(await id("destroyed"), "destroy");
    await scenario.advance("31d");
    await carol.act(await id("pending"), "destroy");
    await scenario.control(`keys/${await id("compromised")}`, { record: { state: "compromised" } });
    for (const name of ["asked", "cooling"]) ended(await bob.uko(["request", name]), 0);
    await scenario.advance("1m");
    ended(await alice.approveAndRequest("cooling"), 0);
    await scenario.advance("1m");

    // With the keys in his program: a changed description is written only to keys without a pending request.
    const before = await states();
    let mark = await scenario.mark();
    await bob.writeProgram(programFor(names, "changed"));
    const changed = ended(await bob.up(), 0);
    // The engine shows them before its own steps or among them.
    const messages = messageOf(changed.output).split("\n");
    const looks = lookOf(changed.output);
    const isLoss = (line: string): boolean =>
      /^Key .* but the \w+ (?:still )?declares it$|^ {2}(?:Once the key|It stays|Next: (?:if nothing|to use)|If nothing| {2}uko reactivate )/.test(
        line,
      );
    const losses = [...messages, ...looks].flatMap((line) => /^Key "(.*)" is destroyed, but/.exec(line)?.[1] ?? []);
    expect(losses.sort()).toEqual(userInterface.looksFirst ? ["destroyed", "pending"] : []);
    const unused = [...messages, ...looks].flatMap((line) => /^Key "(.*)" is deactivated, but/.exec(line)?.[1] ?? []);
    expect(unused.sort()).toEqual(userInterface.looksFirst ? ["cooling", "off"] : []);
    // In Pulumi, "was not changed" takes the place of what the read of the same run showed.
    const isRepeated = (line: string): boolean =>
      !userInterface.stateFollowsPlan && /^Key .* waiting for approval of its/.test(line);
    // OpenTofu says it within the warning that the key is destroyed.
    const isWithin = (line: string): boolean =>
      userInterface.name === "terraform" && /^Key "\w+": No approval/.test(line);
    const others = new Set([...messages, ...looks].filter((line) => !(isLoss(line) || isRepeated(line))));
    expect([...others].sort()).toEqual(
      [
        `Key "asked" was not changed: ${sayAuthorUnder(profile, "Bob")} requested its deactivation on 25 Dec 2026 19:22 UTC`,
        `Key "cooling" was not changed: ${sayAuthorUnder(profile, "Alice")} requested its destruction on 25 Dec 2026 19:23 UTC`,
        'Key "destroyed" is destroyed, so its properties were not changed',
        'Key "pending" is destroyed, so its properties were not changed',
        ...(userInterface.looksFirst ? seenUnder(profile).filter((line) => !isRepeated(line) && !isWithin(line)) : []),
      ].sort(),
    );
    const unapproved = changed.output.match(/Key "(?:destroyed|pending)": No approval of the destruction/g) ?? [];
    expect(new Set(unapproved).size).toBe(userInterface.looksFirst ? 2 : 0);
    expect(await writtenTo(mark)).toEqual([
      "updateManagedKey active",
      "updateManagedKey draft",
      "updateManagedKey off",
    ]);
    expect(await states()).toEqual(before);
    if (userInterface.stateFollowsPlan) ended(await bob.refresh(), 0);
    const described = (await bob.resources()).map(({ outputs }) => [outputs.label, outputs.description]);
    expect(Object.fromEntries(described), "the difference remains").toMatchObject({
      active: "changed",
      asked: "",
      cooling: "",
    });
    expect((await bob.preview()).output).toContain(userInterface.toUpdate(4));

    // Without the keys in the program an engine deletes them: its run at most requests a deactivation, and the record says so.
    mark = await scenario.mark();
    await bob.writeProgram(emptyProgram);
    const dropped = ended(await bob.up(["--continue-on-error"]), 1);
    const said = (name: string) => firstLineOf(messageOf(dropped.output, name));
    expect(Object.fromEntries(names.map((name) => [name, said(name)]))).toEqual({
      active: 'Key "active" is waiting for a second person to approve its deactivation',
      draft: 'Key "draft" is waiting for a person to request its destruction',
      asked: 'Key "asked" is waiting for a second person to approve its deactivation',
      cooling: 'Key "cooling" is deactivated and is waiting for a second person to approve its destruction',
      off: 'Key "off" is deactivated and is waiting for a person to request its destruction',
      compromised: expect.stringMatching(/"compromised", and uko cannot delete it/),
      pending: expect.stringMatching(
        /^Key "pending" is destroyed; keystore "payroll-ring" still holds its material until /,
      ),
      destroyed: 'uko keeps the metadata of key "destroyed" until a person confirms its removal with uko continue',
    });
    // A service that drops tags gets the record twice more: as a tag, and as the marker alone in the description.
    expect(await writtenTo(mark)).toEqual(Array(profile === "tags-dropped" ? 3 : 1).fill("updateManagedKey active"));
    expect(await states(), "no metadata of a key that one person destroyed is gone").toEqual(before);
    const status = await alice.uko(["status", await scenario.keyPath("active")]);
    expect(status.output).toContain(
      `${sayAuthorUnder(profile, "Bob")} requested the deactivation on 25 Dec 2026 19:24 UTC, because an engine ran a deletion`,
    );

    // Back in the program: every request stands, nothing is withdrawn.
    mark = await scenario.mark();
    await bob.writeProgram(programFor(Object.keys(before), "again"));
    const back = ended(await bob.up(), 0);
    expect(messageOf(back.output).match(/ was not changed: /g)).toHaveLength(3);
    expect(await writtenTo(mark), "what no request binds").toEqual(["updateManagedKey draft", "updateManagedKey off"]);
    expect(await states()).toEqual(before);
  }),
);

/** What happened since Bob's first run, as a run that looks first tells it. */
function seenUnder(profile: Profile): readonly string[] {
  const [alice, bob] = [sayAuthorUnder(profile, "Alice"), sayAuthorUnder(profile, "Bob")];
  return [
    `Key "asked" is waiting for approval of its deactivation: ${bob} requested it on 25 Dec 2026 19:22 UTC`,
    'Key "compromised" changed from active to compromised since the last run; the last write to it was by IBMid-550000BOB on 24 Nov 2026 14:22 UTC',
    'Key "compromised" is out of sync in keystore "payroll-ring": deactivated_key_is_not_deactivated_in_keystore',
    `Key "cooling" is deactivated and is waiting for approval of its destruction: ${alice} requested it on 25 Dec 2026 19:23 UTC`,
    'Key "destroyed" changed from active to destroyed since the last run; the last write to it was by IBMid-550000CAROL on 24 Nov 2026 19:22 UTC',
    'Key "destroyed": No approval of the destruction by a second person is known. The last write to the key was by IBMid-550000CAROL on 24 Nov 2026 19:22 UTC',
    'Key "off" changed from active to deactivated since the last run; the last write to it was by IBMid-550000CAROL on 24 Nov 2026 14:22 UTC',
    'Key "off": No approval of the deactivation by a second person is known. The last write to the key was by IBMid-550000CAROL on 24 Nov 2026 14:22 UTC',
    'Key "pending" changed from active to destroyed since the last run; the last write to it was by IBMid-550000CAROL on 25 Dec 2026 19:22 UTC',
    'Key "pending": No approval of the destruction by a second person is known. The last write to the key was by IBMid-550000CAROL on 25 Dec 2026 19:22 UTC',
  ];
}
