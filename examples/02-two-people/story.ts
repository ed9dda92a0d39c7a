/** One key and two people: the person who may deactivate requests, and her engine takes the step that the other approved. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a key whose deletion requires two people. Alice requests its deactivation.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
  await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Bob does not have the role to deactivate keys. He stores his approval, on which Alice's next run acts.");
  await stage.approve("bob", ["payroll", "--store"], { exitCode: 0, says: "1 key approved" });

  stage.say(
    "Alice's next run deactivates the key. An engine requests no destruction, so the message says how she does.",
  );
  const waiting = await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_REQUEST_PENDING]" });
  const key = await stage.keyId("alice");
  if (!waiting.includes("uko request payroll")) throw new Error(waiting);

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Alice requests the destruction. Reading and requesting require no stack.",
  );
  await stage.command("alice", ["request", key], { exitCode: 0, says: "is waiting for a second person" });

  stage.say("Bob approves her request, which destroys the key.");
  await stage.approve("bob", ["payroll"], { exitCode: 0, says: "1 key destroyed" });

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
