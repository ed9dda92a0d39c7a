/** The life of one key with the CDK constructs, the same with both kits: created, requested, approved, removed. */

import type { CdkStage } from "./cdk-stage.ts";
import type { CdkStory } from "./perform.ts";
import { recordIn } from "./stage.ts";

/** `project` is the folder with the program, whose one key is called `payroll`. */
export function cdkStory(project: string): CdkStory {
  return { kind: "cdk", project, tell };
}

async function tell(stage: CdkStage): Promise<void> {
  stage.say(
    "Bob's program writes the configuration that OpenTofu reads. He creates a key whose deletion requires two people.",
  );
  await stage.synthesize("bob");
  await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 1 added" });

  stage.say("Bob wants to delete the key. His destroy only requests the deactivation, and the key keeps working.");
  const asked = await stage.tofu("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Alice has the same program and the same state. Her plan shows what the deletion is waiting for.");
  await stage.synthesize("alice");
  await stage.tofu("alice", "plan", { exitCode: 0, says: "is waiting for approval of its deactivation: Bob Example" });

  stage.say("Alice passes the ID of Bob's request. Her run deactivates the key and requests its destruction.");
  const deactivated = await stage.tofu(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses("4h1m", "More than 4 hours later, Bob passes the ID of her request: the key is destroyed.");
  await stage.tofu("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses(
    "30d1m",
    "After the keystore's 30 days, the key's metadata is removed, and the resource leaves the state.",
  );
  await stage.tofu("bob", "destroy", { exitCode: 0, says: "Resources: 1 destroyed" });
  await stage.expectEmptyState("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example requested its deactivation",
    "Alice Example deactivated the key",
    "Alice Example requested its destruction",
    "Bob Example destroyed the key",
    "Bob Example removed the key's metadata",
  ]);
}
