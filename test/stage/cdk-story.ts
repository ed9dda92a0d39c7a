/** The life of one key by our CDK constructs, the same with both kits: synthesized, applied, asked, past the second person, to the end. */

import type { CdkStage } from "./cdk-stage.ts";
import type { CdkStory } from "./perform.ts";
import { recordIn } from "./stage.ts";

/** `project` is the folder with the program, whose one key is called `payroll`. */
export function cdkStory(project: string): CdkStory {
  return { kind: "cdk", project, tell };
}

async function tell(stage: CdkStage): Promise<void> {
  stage.say("Bob's program writes what OpenTofu reads. He creates a key whose end takes two people.");
  await stage.synthesize("bob");
  await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 1 added" });

  stage.say("He wants it gone. A destroy of his asks for a second person, and ends nothing.");
  const asked = await stage.tofu("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Alice has the same program and the same state. Her plan says what is awaited.");
  await stage.synthesize("alice");
  await stage.tofu("alice", "plan", { exitCode: 0, says: "is waiting for approval of its deactivation: Bob Example" });

  stage.say("Alice names Bob's record: the key is deactivated, and her half of its destruction is on file.");
  const deactivated = await stage.tofu(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses("4h1m", "More than 4 hours later Bob names her record: the key is destroyed.");
  await stage.tofu("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses("30d1m", "After the keystore's 30 days the record goes, and with it the resource.");
  await stage.tofu("bob", "destroy", { exitCode: 0, says: "Resources: 1 destroyed" });
  await stage.expectEmptyState("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example asked to deactivate it",
    "Alice Example deactivated the key",
    "Alice Example asked to destroy it",
    "Bob Example destroyed the key",
    "Bob Example removed the key's record",
  ]);
}
