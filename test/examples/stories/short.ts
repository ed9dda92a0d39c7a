/** Stories that end with the first steps of a deletion; packageStory and tofuStory tell the rest. */

import type { PulumiStory, TofuStory } from "../../stage/perform.ts";

const seedFile = "existing-vault/seed.json";
const marked = "Bob Example marked it for two people";

/** A key that exists is adopted, and its deletion begins. */
const adopted = [marked, "Bob Example requested its deactivation", "Alice Example deactivated the key"];
const beginning = "Bob adopts a key that exists. The run writes only a marker for two people.";

export const existingKeyInPulumi: PulumiStory = {
  kind: "pulumi",
  project: "existing-key/pulumi",
  async tell(stage) {
    stage.say(beginning);
    await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey orders created" });
    await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
    await stage.approve("alice", ["orders"], { exitCode: 0, says: "1 key deactivated" });
    await stage.printAudit(adopted);
  },
};

export const existingKeyInTofu: TofuStory = {
  kind: "tofu",
  project: "existing-key/opentofu",
  async tell(stage) {
    stage.say(beginning);
    await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 1 imported" });
    await stage.tofu("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
    await stage.approve("alice", ["orders"], { exitCode: 0, says: "1 key deactivated" });
    await stage.printAudit(adopted);
  },
};

/** One key of a module or component leaves the program; the other one stays. */
const twoMarked = [marked, marked, "Bob Example requested its deactivation"];

export const existingVaultByComponent: PulumiStory = {
  kind: "pulumi",
  project: "existing-vault/component",
  seedFile,
  async tell(stage) {
    stage.say("Bob's component adopts two keys of a vault that people filled by hand.");
    await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey orders-2024 created" });
    await stage.pulumi("bob", "destroy --target '**::orders'", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
    await stage.printAudit(twoMarked);
  },
};

export const existingVaultByModule: TofuStory = {
  kind: "tofu",
  project: "existing-vault/opentofu",
  seedFile,
  async tell(stage) {
    stage.say("Bob's module comes from the repository, and adopts two keys of a vault that people filled by hand.");
    await stage.init("bob");
    await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 2 added" });
    const target = 'destroy -target=module.payments.uko_managed_key.this["orders"]';
    await stage.tofu("bob", target, { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
    await stage.printAudit(twoMarked);
  },
};

export const rotateThenRetire: TofuStory = {
  kind: "tofu",
  project: "rotate-then-retire",
  async tell(stage) {
    stage.say("Bob has a new key and an old one. He rotates the new key.");
    await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 2 added" });
    await stage.tofu("bob", "apply -var rotation=2027", { exitCode: 0, says: "1 changed" });
    stage.say("No data needs the old key, so he retires it. Each apply succeeds while the key waits.");
    const retire = "apply -var rotation=2027 -var retire=true";
    await stage.tofu("bob", retire, { exitCode: 0, says: "waiting for a second person" });
    await stage.approve("alice", ["invoices-2025"], { exitCode: 0, says: "1 key deactivated" });
    stage.say("Bob requests the destruction, and Alice stores her approval for Bob's next run.");
    await stage.request("bob", ["invoices-2025"], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });
    await stage.approve("alice", ["invoices-2025", "--store"], { exitCode: 0, says: "1 key approved" });
    await stage.timePasses("4h1m", "More than 4 hours later, the same apply destroys the old key.");
    await stage.tofu("bob", retire, { exitCode: 0, says: "is destroyed" });
    await stage.timePasses("30d1m", "After the keystore's 30 days, a destroy of the old key removes its metadata.");
    const destroy = "destroy -var rotation=2027 -var retire=true -target=uko_managed_key.old";
    await stage.tofu("bob", destroy, { exitCode: 0, says: "Resources: 1 destroyed" });
  },
};
