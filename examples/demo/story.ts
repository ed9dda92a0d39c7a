/** The story of one key and two people, in four runs of `pulumi destroy`. */

import { fileURLToPath } from "node:url";
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
    "An encryption key ends in steps: deactivate, 4 hours, destroy, 30 days in its keystore, remove.",
    "Two people must stand behind it. Alice may deactivate; Bob may create, destroy and remove.",
    "Both run the real Pulumi CLI, each with a home and a credential of their own, against an emulator.",
  );

  stage.say("Bob creates a key from the program that both have checked out.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say(
    "Bob wants it gone. His destroy writes a consent record on the key, and stops there.",
    "(Pulumi shows a wait as an error, so that the key stays in the stack.)",
  );
  const asked = await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Alice agrees: she names Bob's record. Her run deactivates, and asks for the destruction.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses(
    "4h1m",
    "More than 4 hours pass. Bob agrees in turn, by naming Alice's record: the key is destroyed.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses(
    "30d1m",
    "30 days pass. Bob, a Vault Administrator, runs destroy once more: the record is removed.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyStack("bob");

  stage.say("The stack is empty. This is the service's audit trail, every change of the key:");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example asked to deactivate it",
    "Alice Example deactivated the key",
    "Alice Example asked to destroy it",
    "Bob Example destroyed the key",
    "Bob Example removed the key's record",
  ]);
}
