import { expect, test } from "vitest";
import { ended, messageOf } from "./support/next-steps.ts";
import { profilesFor, sayAuthorUnder } from "./support/profiles.ts";
import { type Scenario, vaultId, withScenario } from "./support/scenario.ts";
import { aws, templateFor } from "./support/whole-stack.ts";
import { type Resources, userInterface } from "./user-interface.ts";

const keyOf = (template: string, label: string) =>
  ({ type: "ManagedKey", args: { vaultId, template, label } }) as const;
const program: Resources = {
  archive: { type: "Vault", args: { name: "archive" } },
  dublin: { type: "Keystore", args: { ...aws.args, vaultId, name: "aws-dublin", groups: ["archive"] } },
  spare: templateFor("spare", "cards", { vaultId }),
  waiting: keyOf("payroll", "waiting"),
  unsynced: keyOf("cards", "unsynced"),
  canceled: keyOf("cards", "canceled"),
  gone: keyOf("payroll-draft", "gone"),
};

test.each(profilesFor())("a refresh reports each kind of drift and repairs none (%s)", (profile) =>
  withScenario({ profile, program: userInterface.programFor(program), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const outputsOf = async (name: string) =>
      (await bob.resources()).find(({ urn }) => urn.endsWith(`::${name}`))?.outputs;
    expect(await outputsOf("dublin")).toMatchObject({ health: "ok" });
    await changeEverything(scenario);

    const before = await scenario.mark();
    const refreshed = ended(await bob.refresh(), 0);
    // Where a service shows keystores as they were at the last write, only a live look at each would tell.
    const seesKeystores = profile !== "stale-status";
    // The preview of a destroy, at the end of a run that only reads.
    const told = messageOf(refreshed.output)
      .split("\n")
      // OpenTofu says that no approval is known within the warning about the key.
      .filter(
        (line) => !/^What a destroy does now, | {4}|^ {2}(?:Deleting key "|Key "[^"]*"(?!: No approval))/.test(line),
      )
      .map((line) => line.trimStart().replace(/(UTC)\.$/, "$1"));
    // A Pulumi refresh does not know the program, so it warns only of the key that leaves the state.
    const losses = told.filter((line) => /still declares it$|so it leaves the state$/.test(line));
    const [destroyed, removed] = [/^Key "canceled" is destroyed, but/, /^Key "gone" was removed from the service/];
    const expected = userInterface.name === "terraform" ? [destroyed, removed] : [removed];
    expect(losses.sort()).toEqual(expected.map((form) => expect.stringMatching(form)));
    const detail = /^(?:Once the key|If the (?:program|configuration) still|Next: if nothing)/;
    expect(told.filter((line) => !losses.includes(line) && !detail.test(line)).sort()).toEqual([
      'Key "canceled" changed from active to destroyed since the last run; the last write to it was by IBMid-550000CAROL on 24 Nov 2026 18:23 UTC',
      'Key "canceled" is destroyed, but keystore "aws-frankfurt" reports active: the key was not destroyed there, or its deletion was canceled there',
      'Key "canceled": No approval of the destruction by a second person is known. The last write to the key was by IBMid-550000CAROL on 24 Nov 2026 18:23 UTC',
      ...(seesKeystores
        ? ['Key "unsynced" is out of sync in keystore "aws-frankfurt": active_key_is_not_active_in_keystore']
        : []),
      `Key "waiting" is waiting for approval of its deactivation: ${sayAuthorUnder(profile, "Bob")} requested it on 24 Nov 2026 14:22 UTC`,
      'The service reports health "not_responding" for keystore "aws-dublin"',
      'Vault "attic" was changed since the last run: name',
    ]);
    expect(await scenario.writes(before)).toEqual([]);
    expect(await outputsOf("waiting")).toMatchObject({
      lifecycleState: "pending_approval",
      deletionAwaits: "approval",
    });
    expect(await outputsOf("unsynced")).toMatchObject({
      keystores: [{ syncFlag: seesKeystores ? "out_of_sync" : "ok" }],
    });
    expect(await outputsOf("canceled")).toMatchObject({
      lifecycleState: "pending_destruction",
      keystores: [{ status: "active", syncFlag: "out_of_sync" }],
    });
    expect(await outputsOf("archive")).toMatchObject({ name: "attic" });
    expect(await outputsOf("dublin")).toMatchObject({ health: "not_responding" });
    // Both are gone beside their vault, which proves it; the program would have them made anew.
    for (const name of ["gone", "spare"]) expect(await outputsOf(name)).toBeUndefined();
  }),
);

/** A deletion that is asked for, three more kinds of drift of keys, and three of what holds keys. */
async function changeEverything(scenario: Scenario): Promise<void> {
  const [bob, carol] = [await scenario.person("bob"), scenario.outsider("carol")];
  const idOf = async (label: string) => (await scenario.key(label)).id;
  ended(await bob.uko(["request", await scenario.keyPath("waiting")]), 0);
  await scenario.control(`keys/${await idOf("unsynced")}`, { material: "disabled" });
  await carol.act(await idOf("canceled"), "deactivate");
  await scenario.advance("4h1m");
  for (const name of ["canceled", "gone"]) await carol.act(await idOf(name), "destroy");
  await scenario.control(`keys/${await idOf("canceled")}`, { material: "enabled" });
  await carol.remove(await idOf("gone"));

  const { vaults, templates } = await scenario.uko.world();
  const pathOf = (kind: string, all: readonly { id: string; name: string }[], wanted: string) =>
    `/api/v4/${kind}/${all.find(({ name }) => name === wanted)?.id}`;
  const archive = pathOf("vaults", vaults, "archive");
  const { etag = "" } = await carol.call("GET", archive);
  expect((await carol.call("PATCH", archive, { name: "attic" }, { "if-match": etag })).status).toBe(200);
  const spare = pathOf("templates", templates, "spare");
  const look = await carol.call("GET", spare);
  expect((await carol.call("DELETE", spare, undefined, { "if-match": look.etag ?? "" })).status).toBe(204);
  await scenario.control("keystores/aws-dublin", { statusResponse: "error" });
}
