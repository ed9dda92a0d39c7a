/** The life of one key with the native package, the same in every language: created, requested, approved, removed. */

import type { PulumiStory } from "./perform.ts";
import type { PulumiStage } from "./pulumi-stage.ts";
import { recordIn } from "./stage.ts";

/** `project` is the folder with the program, whose one key is called `payroll`. */
export function packageStory(project: string): PulumiStory {
  return { kind: "pulumi", project, tell };
}

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a key whose deletion requires two people.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say("Bob wants to delete the key. His destroy only requests the deactivation, and the key keeps working.");
  const asked = await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Every run of Pulumi now reports the request, because the package reads the key before each run.");
  await stage.pulumi("alice", "up", { exitCode: 0, says: "is waiting for approval of its deactivation: Bob Example" });

  stage.say("Alice passes the ID of Bob's request. Her run deactivates the key and requests its destruction.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses("4h1m", "More than 4 hours later, Bob passes the ID of her request: the key is destroyed.");
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses(
    "30d1m",
    "After the keystore's 30 days, the key's metadata is removed, and the resource leaves the stack.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyStack("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example requested its deactivation",
    "Alice Example deactivated the key",
    "Alice Example requested its destruction",
    "Bob Example destroyed the key",
    "Bob Example removed the key's metadata",
  ]);
}
