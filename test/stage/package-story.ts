/** The life of one key by the native package, the same in every language: up, asked, past the second person, to the end. */

import type { PulumiStory } from "./perform.ts";
import type { PulumiStage } from "./pulumi-stage.ts";
import { recordIn } from "./stage.ts";

/** `project` is the folder with the program, whose one key is called `payroll`. */
export function packageStory(project: string): PulumiStory {
  return { kind: "pulumi", project, tell };
}

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a key whose end takes two people.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say("He wants it gone. A destroy of his asks for a second person, and ends nothing.");
  const asked = await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Whoever runs Pulumi now sees it: the package looks at the key before every run.");
  await stage.pulumi("alice", "up", { exitCode: 0, says: "is waiting for approval of its deactivation: Bob Example" });

  stage.say("Alice names Bob's record: the key is deactivated, and her half of its destruction is on file.");
  const deactivated = await stage.pulumi(
    "alice",
    "destroy",
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    recordIn(asked),
  );

  await stage.timePasses("4h1m", "More than 4 hours later Bob names her record: the key is destroyed.");
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses("30d1m", "After the keystore's 30 days the record goes, and with it the resource.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyStack("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Bob Example asked to deactivate it",
    "Alice Example deactivated the key",
    "Alice Example asked to destroy it",
    "Bob Example destroyed the key",
    "Bob Example removed the key's record",
  ]);
}
