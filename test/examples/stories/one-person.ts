/** One key that a single person may delete: the same steps, without a second person. */

import type { PulumiStory } from "../../stage/perform.ts";
import type { PulumiStage } from "../../stage/pulumi-stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: "one-person", tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Carol, who holds every role, creates a key. Her program says that one person may delete it.");
  await stage.pulumi("carol", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say(
    "Her first destroy deactivates the key, and never destroys it in the same run: she has 4 hours to notice a mistake.",
  );
  await stage.pulumi("carol", "destroy", { exitCode: 1, says: "[UKO_COOLING_DOWN]" });

  await stage.timePasses("4h1m", "More than 4 hours later, the same command destroys the key.");
  await stage.pulumi("carol", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" });

  await stage.timePasses("30d1m", "After the keystore's 30 days, the same command removes the key's metadata.");
  await stage.pulumi("carol", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyState("carol");
  await stage.printAudit([
    "Carol Example created the key",
    "Carol Example deactivated the key",
    "Carol Example destroyed the key",
    "Carol Example removed the key's metadata",
  ]);
}
