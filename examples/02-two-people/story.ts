/** One key and two people: the person who may deactivate requests first, and the other approves with `uko consent`. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { keyIn, recordIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a key whose deletion requires two people. Alice requests its deactivation.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
  const asked = await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Bob does not have the role to deactivate keys. He approves the request, so that Alice can run the step.");
  const key = keyIn(asked);
  const consented = await stage.command("bob", ["consent", key, recordIn(asked)], { exitCode: 0, says: "" });

  stage.say("Alice passes the ID of Bob's approval. Her run deactivates the key and requests its destruction.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(consented),
  );

  stage.say("The status shows what the key is waiting for. Reading it requires no stack.");
  await stage.command("bob", ["status", key], {
    exitCode: 0,
    says: "is waiting for a second person to approve its destruction",
  });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Bob passes the ID of Alice's request to uko approve, which destroys the key.",
  );
  await stage.command("bob", ["approve", key, recordIn(deactivated)], {
    exitCode: 11,
    says: "[UKO_DESTRUCTION_PENDING]",
  });

  await stage.timePasses(
    "30d1m",
    "After the keystore's 30 days, Bob, a Vault Administrator, removes the key's metadata.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyState("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Alice Example requested its deactivation",
    "Bob Example approved its deactivation",
    "Alice Example deactivated the key",
    "Alice Example requested its destruction",
    "Bob Example destroyed the key",
    "Bob Example removed the key's metadata",
  ]);
}
