import { expect, test } from "vitest";
import { endAgain, ended, messageOf } from "./support/next-steps.ts";
import { profilesByTier } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";
import { codesOf, emptySeed, expectNothingLeft, wholeStack } from "./support/whole-stack.ts";
import { userInterface } from "./user-interface.ts";

const goOn = ["--continue-on-error"];

test.each(profilesByTier())("two people delete a stack of eleven resources in 92 days (%s)", (profile) =>
  withScenario({ profile, seed: emptySeed, program: userInterface.programFor(wholeStack) }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    const left = async () => (await bob.resources()).map(({ urn }) => urn.split("::").at(-1)).sort();
    ended(await bob.up(), 0);
    const carol = scenario.outsider("carol");
    for (const name of ["retired", "buried"]) await carol.act((await scenario.key(name)).id, "deactivate");
    await scenario.advance("4h1m");
    await carol.act((await scenario.key("buried")).id, "destroy");

    // Bob's run requests the deactivation of two keys; nothing that holds a key is tried.
    const asked = ended(await bob.destroy(goOn), 1);
    expect(codesOf(wholeStack, asked.output)).toEqual({
      ledger: "UKO_APPROVAL_PENDING",
      cards: "UKO_APPROVAL_PENDING",
      draft: "UKO_REQUEST_PENDING",
      retired: "UKO_REQUEST_PENDING",
      buried: "UKO_DESTRUCTION_PENDING",
    });
    for (const name of ["draft", "retired"]) {
      ended(await bob.runNext(messageOf(asked.output, name), /^uko request /), 0);
    }

    // Alice approves all four at once: two are deactivated, one that was never active is destroyed, and for one she lacks the right.
    await scenario.advance("1m");
    const approved = ended(await alice.approveAndRequest(["ledger", "cards", "draft", "retired"]), 13);
    expect(approved.output).toContain("2 keys deactivated");
    expect(approved.output).toContain("1 key destroyed");
    ended(await alice.storeApproval("retired"), 0);

    await scenario.advance("4h1m");
    ended(await bob.approve(["ledger", "cards"]), 0);
    const destroyed = ended(await bob.destroy(goOn), 1);
    const pending = { ledger: "UKO_DESTRUCTION_PENDING", retired: "UKO_DESTRUCTION_PENDING" };
    expect(codesOf(wholeStack, destroyed.output)).toEqual({
      ...pending,
      cards: "UKO_DESTRUCTION_PENDING",
      buried: "UKO_DESTRUCTION_PENDING",
    });
    expect(await left()).toEqual([
      "aws",
      "buried",
      "cards",
      "ledger",
      "ofCards",
      "ofLedger",
      "retired",
      "ring",
      "vault",
    ]);

    // What AWS held is gone after seven days, and its keystore and template with it.
    await scenario.advance("8d");
    const kept = ended(await bob.destroy(goOn), 1);
    expect(codesOf(wholeStack, kept.output)).toEqual({ ...pending, buried: "UKO_DESTRUCTION_UNAPPROVED" });
    // Carol destroyed this key alone, so Bob confirms that its metadata may go.
    ended(await bob.runNext(messageOf(kept.output, "buried"), /^uko continue /), 0);
    expect(codesOf(wholeStack, ended(await bob.destroy(goOn), 1).output)).toEqual(pending);
    expect(await left()).toEqual(["ledger", "ofLedger", "retired", "ring", "vault"]);

    // KMS keeps what it knows of the destroyed keys for 90 days, and their key ring as long.
    await scenario.advance("23d");
    const remains = ended(await bob.destroy(goOn), 1);
    expect(codesOf(wholeStack, remains.output)).toEqual({ ring: "UKO_KMS_METADATA_REMAINS" });
    expect(messageOf(remains.output, "ring")).toMatch(
      /^Keystore "treasury-ring" probably cannot be deleted until 22 Feb 2027 22:25 UTC, in .*: its key ring may still have the metadata of 2 destroyed keys\n/,
    );
    expect(await left()).toEqual(["ring", "vault"]);
    await scenario.advance("59d");
    ended(await bob.runNext(messageOf(remains.output, "ring"), endAgain), 0);
    ended(await bob.destroy(), 0);

    await expectNothingLeft(scenario, "bob");
    const deletions = (await scenario.audit()).filter(
      ({ operation, method }) => /^delete(?:Vault|Keystore|Template)$/.test(operation) && method === "DELETE",
    );
    expect(
      deletions.map(({ operation, status }) => `${operation} ${status}`).sort(),
      "only the keystore whose ring the service does not name was tried too early",
    ).toEqual(
      [
        "deleteTemplate 204",
        "deleteKeystore 204",
        "deleteTemplate 204",
        "deleteTemplate 204",
        "deleteKeystore 409",
        "deleteKeystore 204",
        "deleteVault 204",
      ].sort(),
    );
  }),
);
