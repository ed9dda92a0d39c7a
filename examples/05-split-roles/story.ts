/** Split roles: the message for a person who does not have the role for a step, and how two people delete the key. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { keyIn, recordIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say(
    "Bob creates the key. Alice does not have the role for that step; uko doctor shows her identity and what she can read.",
  );
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey ledger created" });
  await stage.command("alice", ["doctor"], { exitCode: 0, says: "Alice Example" });

  stage.say(
    "Alice requests the deactivation. Bob passes the ID of her request, but the step requires a role that he does not have.",
  );
  const asked = await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  const key = keyIn(asked);
  await stage.command("bob", ["approve", key, recordIn(asked)], {
    exitCode: 13,
    says: "Key Custodian - Deployer",
  });

  stage.say("Nothing was changed. Bob approves the request with uko consent instead, and Alice runs the step.");
  const consented = await stage.command("bob", ["consent", key, recordIn(asked)], { exitCode: 0, says: "" });
  const deactivated = await stage.command("alice", ["approve", key, recordIn(consented)], {
    exitCode: 10,
    says: "is deactivated and is waiting for a second person",
  });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Alice tries to destroy the key alone. She cannot approve her own request.",
  );
  await stage.command("alice", ["approve", key, recordIn(deactivated)], {
    exitCode: 10,
    says: "[UKO_APPROVAL_PENDING]",
  });

  stage.say("Bob passes the ID of her request. He has the role to destroy the key.");
  await stage.command("bob", ["approve", key, recordIn(deactivated)], {
    exitCode: 11,
    says: "[UKO_DESTRUCTION_PENDING]",
  });

  await stage.timePasses("30d1m", "After the keystore's 30 days, Bob also has the role to remove the key's metadata.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey ledger deleted" });
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
