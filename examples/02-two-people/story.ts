/** One key and two people; here the one who may deactivate asks first, and the other consents with `uko consent`. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { keyIn, recordIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a key whose end takes two people. Alice asks for that end.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
  const asked = await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Bob agrees. He may not deactivate keys himself, so he writes a consent, and Alice acts on it.");
  const key = keyIn(asked);
  const consented = await stage.command("bob", ["consent", key, recordIn(asked)], { exitCode: 0, says: "" });

  stage.say("Alice names Bob's consent: the key is deactivated, and her request to destroy it is on file.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(consented),
  );

  stage.say("Anyone can read the status of the key.");
  await stage.command("bob", ["status", key], {
    exitCode: 0,
    says: "is waiting for a second person to approve its destruction",
  });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later Bob names Alice's request, without any stack: the key is destroyed.",
  );
  await stage.command("bob", ["continue", key, "--consent", recordIn(deactivated)], {
    exitCode: 11,
    says: "[UKO_DESTRUCTION_PENDING]",
  });

  await stage.timePasses("30d1m", "After the keystore's 30 days Bob, a Vault Administrator, removes the record.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyStack("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Alice Example asked to deactivate it",
    "Bob Example consented to deactivate it",
    "Alice Example deactivated the key",
    "Alice Example asked to destroy it",
    "Bob Example destroyed the key",
    "Bob Example removed the key's record",
  ]);
}
