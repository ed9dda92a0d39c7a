/** The story of one key and two people: `pulumi destroy` requests and removes, and `uko approve` takes the steps between. */

import { auditOfFourRuns } from "../../test/stage/payroll-story.ts";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: "demo/program",
  tell,
};

async function tell(stage: PulumiStage): Promise<void> {
  stage.say(
    "You delete an encryption key in steps: deactivate, wait 4 hours, destroy, wait 30 days for its keystore, remove.",
    "The deletion requires two people. Alice may deactivate; Bob may create, destroy and remove.",
    "Both run the real Pulumi CLI against an emulator, each with a home folder and a credential of their own.",
  );

  stage.say("Bob creates a key with the program that both have checked out.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say(
    "Bob wants to delete the key. His destroy writes a request on the key, and stops.",
    "(Pulumi shows a wait as an error, so that the key stays in the stack.)",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say(
    "Alice approves: she reads what she approves, and types the label of the key. The key is deactivated.",
    "Then she requests its destruction with a command of its own.",
  );
  await stage.approve("alice", ["payroll"], { exitCode: 0, says: "1 key deactivated" });
  await stage.request("alice", ["payroll"], { exitCode: 0, says: "to approve" });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours pass. Bob approves Alice's request in the same way: the key is destroyed.",
  );
  await stage.approve("bob", ["payroll"], { exitCode: 0, says: "1 key destroyed" });

  await stage.timePasses(
    "30d1m",
    "30 days pass. Bob, a Vault Administrator, runs destroy once more, which removes the key's metadata.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyState("bob");

  stage.say("The stack is empty. The service's audit trail shows every change of the key:");
  await stage.printAudit(auditOfFourRuns);

  stage.say(
    "An auditor asks who did what. Every run wrote evidence to the file in UKO_EVIDENCE; Bob makes a signed certificate of it.",
  );
  await stage.signingKey("bob");
  await stage.command("bob", ["certificate", "create", "--sign-key", "bob.key", "--out", "certificate.json"], {
    exitCode: 0,
    says: "Wrote certificate.json: 1 key",
  });

  stage.say(
    "Bob sends the file and his public key to Carol, who checks it without a network.",
    "(--allow-emulator: a certificate of an emulator is otherwise refused.)",
  );
  await stage.send(["certificate.json", "bob.pem"], "bob", "carol");
  await stage.command(
    "carol",
    ["certificate", "verify", "certificate.json", "--trust", "IBMid-550000BOB=bob.pem", "--allow-emulator"],
    { exitCode: 0, says: "only stated" },
  );
}
