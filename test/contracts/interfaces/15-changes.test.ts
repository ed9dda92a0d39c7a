import { expect, test } from "vitest";
import { ended, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";
import { engineOwn, textsBelow } from "./support/texts.ts";
import { aws, emptySeed, keyOf, ring, templateFor, vault } from "./support/whole-stack.ts";
import { type Resources, userInterface } from "./user-interface.ts";

const before: Resources = {
  vault,
  ring,
  aws,
  paris: { type: "Keystore", args: { ...aws.args, name: "aws-paris", groups: ["spare"] } },
  ofLedger: templateFor("ledger", "ledger"),
  ofCards: templateFor("cards", "cards"),
  ledger: keyOf("ofLedger", "ledger", "ring"),
  cards: keyOf("ofCards", "cards", "aws"),
};

/** The same with other arguments here and there. */
function changed(
  changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  from: Resources = before,
): Resources {
  return Object.fromEntries(
    Object.entries(from).map(([name, resource]) => [
      name,
      { ...resource, args: { ...resource.args, ...changes[name] } },
    ]),
  );
}

test.each(profilesFor())("sends renames in one update, and refuses a change that disconnects a key (%s)", (profile) =>
  withScenario(
    { profile, seed: emptySeed, program: userInterface.programFor(before), people: ["bob"] },
    async (scenario) => {
      const bob = await scenario.person("bob");
      ended(await bob.up(), 0);
      await scenario.advance("1m");

      const made = await scenario.mark();
      ended(await bob.up(), 0);
      expect(await scenario.writes(made), "an update that changes nothing writes nothing").toEqual([]);

      const renamed = changed({
        vault: { name: "treasury-2" },
        ring: { name: "ring-2" },
        ofCards: { name: "cards-2" },
        cards: { label: "cards-2" },
      });
      await bob.writeProgram(userInterface.programFor(renamed));
      ended(await bob.up(), 0);
      expect((await scenario.writes(made)).map(({ operation }) => operation).sort()).toEqual([
        "updateKeystore",
        "updateManagedKey",
        "updateTemplate",
        "updateVault",
      ]);
      const world = await scenario.uko.world();
      expect(world.vaults.map(({ name }) => name)).toEqual(["treasury-2"]);
      expect(world.keystores.map(({ name }) => name)).toContain("ring-2");
      expect(world.keys.map(({ label }) => label).sort()).toEqual(["cards-2", "ledger"]);
      await scenario.advance("1m");
      const same = await scenario.mark();
      ended(await bob.up(), 0);
      expect(await scenario.writes(same)).toEqual([]);

      // A group that a key needs stays.
      await bob.writeProgram(
        userInterface.programFor(changed({ ring: { groups: ["other"] }, ofLedger: { group: "other" } }, renamed)),
      );
      const refused = ended(await bob.up(["--continue-on-error"]), 1);
      for (const name of ["ring", "ofLedger"]) {
        expect(messageOf(refused.output, name)).toMatch(
          /cut a key off from a keystore\nKey "ledger" \S+ would leave keystore "ring-2"\.\n[\s\S]*\[UKO_KEY_WOULD_BE_UNLINKED\]$/,
        );
      }
      expect(await scenario.writes(same)).toEqual([]);

      // One more keystore for the group: the key gets there only because its program says so.
      const widened = changed({ paris: { groups: ["spare", "cards"] } }, renamed);
      await bob.writeProgram(userInterface.programFor(widened));
      expect(messageOf(ended(await bob.up(), 0).output)).toMatch(
        /^Keystore "aws-paris" has other groups now\. .*align(?::| =) true/,
      );
      const keystoresOf = async () =>
        (await bob.resources()).find(({ urn }) => urn.endsWith("::cards"))?.outputs.keystores;
      expect(await keystoresOf()).toMatchObject([{ name: "aws-frankfurt" }]);
      await bob.writeProgram(userInterface.programFor(changed({ cards: { align: true } }, widened)));
      ended(await bob.up(), 0);
      expect(await keystoresOf()).toMatchObject([{ name: "aws-frankfurt" }, { name: "aws-paris" }]);
      expect((await scenario.writes(same)).map(({ operation }) => operation)).toEqual([
        "updateKeystore",
        "updateManagedKeyFromTemplate",
      ]);
    },
  ),
);

const loud = ["--debug", "-v=9", "--logtostderr"];

test.each(profilesFor())("rotates the secret of a keystore with one call, and stores it nowhere (%s)", (profile) => {
  const secrets = { old: `planted-${"o".repeat(30)}`, next: `planted-${"n".repeat(30)}` };
  const program = userInterface.programFor({
    vault,
    aws: {
      ...aws,
      args: {
        ...aws.args,
        aws: { region: "eu_central_1", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "$env.AWS_SECRET" },
      },
    },
  });
  return withScenario({ profile, seed: emptySeed, program, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const printed: string[] = [];
    const run = async (args: readonly string[], secret: string) => {
      const result = await bob.engine.run(args, { env: { AWS_SECRET: secret }, timeoutMs: 120_000 });
      printed.push(result.output, (await bob.engine.exportState()).text);
      return result;
    };
    const up = ["up", "--skip-preview", "--yes"];
    ended(await run([...up, ...loud], secrets.old), 0);
    ended(await run(up, secrets.old), 0);
    await scenario.advance("1m");
    const mark = await scenario.mark();
    const patches = async () =>
      (await scenario.audit()).filter(({ seq, operation }) => seq > mark && operation === "updateKeystore");

    const echo = { errors: [{ code: "bad", message: `The secret ${secrets.next} is bad` }] };
    await scenario.control("faults", { operation: "updateKeystore", status: 400, times: 1, body: echo });
    const refused = await run(up, secrets.next);
    expect(refused.output).toContain("The secret [redacted] is bad");
    ended(await run([...up, ...loud], secrets.next), 0);
    expect((await patches()).map(({ status }) => status)).toEqual([400, 200]);
    ended(await run([...up, "--json"], secrets.next), 0);
    expect(await patches()).toHaveLength(2);

    // The service got what the program says: this one it cannot use.
    const wrong = await run(up, "wrong");
    expect(messageOf(wrong.output)).toMatch(
      /^The service reports health "configuration_error" for keystore "aws-frankfurt": /,
    );
    expect((await bob.resources()).find(({ urn }) => urn.endsWith("::aws"))?.outputs).toMatchObject({
      health: "configuration_error",
    });
    const places = [
      ...printed.map((text, index) => [`output ${index}`, text] as const),
      ...(await textsBelow(scenario.workspace.folder)),
    ];
    for (const secret of Object.values(secrets)) {
      const found = places.flatMap(([place, text]) =>
        text
          .split("\n")
          .filter((line) => line.includes(secret) && !engineOwn.test(line))
          .map((line) => `${place}: ${line.slice(0, 400)}`),
      );
      expect(found).toEqual([]);
    }
  });
});
