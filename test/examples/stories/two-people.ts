/** Split roles: the message for a person who does not have the role for a step, and how two people delete the key. */

import type { PulumiStory } from "../../stage/perform.ts";
import type { PulumiStage } from "../../stage/pulumi-stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: "two-people", tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say(
    "Bob creates the key. Alice does not have the role for that step; uko doctor shows her identity and what she can read.",
  );
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey ledger created" });
  await stage.command("alice", ["doctor"], { exitCode: 0, says: "Alice Example" });

  stage.say(
    "Bob requests the deactivation. Nobody approves their own request; Alice approves, and has the role for the step.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await stage.approve("bob", ["ledger"], { exitCode: 12, says: "you requested this step yourself" });
  await stage.approve("alice", ["ledger"], { exitCode: 0, says: "1 key deactivated" });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Bob requests the destruction. Alice approves, but does not have the role for this step.",
  );
  await stage.request("bob", ["ledger"], { exitCode: 0, says: "is waiting for a second person" });
  await stage.approve("alice", ["ledger"], { exitCode: 13, says: "uko approve ledger --store" });

  stage.say("Nothing was changed. Alice stores her approval instead, and Bob's next run takes the step.");
  await stage.approve("alice", ["ledger", "--store"], { exitCode: 0, says: "1 key approved" });
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" });

  await stage.timePasses("30d1m", "After the keystore's 30 days, Bob also has the role to remove the key's metadata.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey ledger deleted" });
  await stage.expectEmptyState("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example requested its deactivation",
    "Alice Example deactivated the key",
    "Bob Example requested its destruction",
    "Alice Example approved its destruction",
    "Bob Example destroyed the key",
    "Bob Example removed the key's metadata",
  ]);
}
