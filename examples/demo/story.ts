/** The story of one key and two people, in four runs of `pulumi destroy`. */

import { fileURLToPath } from "node:url";
import { auditOfFourRuns } from "../../test/stage/payroll-story.ts";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { recordIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: fileURLToPath(new URL("../02-two-people", import.meta.url)),
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
  const asked = await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Alice approves the request by passing its ID. Her run deactivates the key and requests its destruction.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses(
    "4h1m",
    "More than 4 hours pass. Bob approves Alice's request by passing its ID: the key is destroyed.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

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
