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

  stage.say("Alice requests the deactivation. Bob approves, but the step requires a role that he does not have.");
  await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await stage.approve("bob", ["ledger"], { exitCode: 13, says: "uko approve ledger --store" });

  stage.say("Nothing was changed. Bob stores his approval instead, and Alice's next run takes the step.");
  await stage.approve("bob", ["ledger", "--store"], { exitCode: 0, says: "1 key approved" });
  await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_REQUEST_PENDING]" });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Alice requests the destruction. She cannot approve her own request.",
  );
  await stage.command("alice", ["request", await stage.keyId("alice")], {
    exitCode: 0,
    says: "is waiting for a second person",
  });
  await stage.approve("alice", ["ledger"], { exitCode: 12, says: "you requested this step yourself" });

  stage.say("Bob approves her request. He has the role to destroy the key.");
  await stage.approve("bob", ["ledger"], { exitCode: 0, says: "1 key destroyed" });

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
