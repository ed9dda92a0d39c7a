/** The life of one key called `payroll`, the same in every language and with every kit: created, requested, approved, removed. */

import type { CdkStory, PulumiStory } from "./perform.ts";
import { type Expected, type Name, recordIn, type Stage } from "./stage.ts";

/** The lines of the audit trail about a key that two people deleted in four runs. */
export const auditOfFourRuns: readonly string[] = [
  "Bob Example created the key",
  "Bob Example requested its deactivation",
  "Alice Example deactivated the key",
  "Alice Example requested its destruction",
  "Bob Example destroyed the key",
  "Bob Example removed the key's metadata",
];

/** A story with the native package; `project` is the folder with the program. */
export function packageStory(project: string): PulumiStory {
  return {
    kind: "pulumi",
    project,
    async tell(stage) {
      stage.say("Bob creates a key whose deletion requires two people.");
      await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
      await tellDeletion(stage, {
        destroy: (name, expected, consent) => stage.pulumi(name, "destroy", expected, consent),
        async showRequest() {
          stage.say("Every run of Pulumi now reports the request, because the package reads the key before each run.");
          await stage.pulumi("alice", "up", { exitCode: 0, says: isRequested });
        },
        place: "stack",
        ends: "ManagedKey payroll deleted",
      });
    },
  };
}

/** A story with the constructs of a CDK. */
export function cdkStory(project: string): CdkStory {
  return {
    kind: "cdk",
    project,
    async tell(stage) {
      stage.say(
        "Bob's program writes the configuration that OpenTofu reads. He creates a key whose deletion requires two people.",
      );
      await stage.synthesize("bob");
      await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 1 added" });
      await tellDeletion(stage, {
        destroy: (name, expected, consent) => stage.tofu(name, "destroy", expected, consent),
        async showRequest() {
          stage.say("Alice has the same program and the same state. Her plan shows what the deletion is waiting for.");
          await stage.synthesize("alice");
          await stage.tofu("alice", "plan", { exitCode: 0, says: isRequested });
        },
        place: "state",
        ends: "Resources: 1 destroyed",
      });
    },
  };
}

const isRequested = `is waiting for approval of its deactivation: IBMid-550000BOB ("Bob Example") requested it`;

interface Deletion {
  readonly destroy: (name: Name, expected: Expected, consent?: string) => Promise<string>;
  /** How Alice learns of the request. */
  readonly showRequest: () => Promise<void>;
  readonly place: "stack" | "state";
  /** What the last run says. */
  readonly ends: string;
}

async function tellDeletion(
  stage: Stage & { expectEmptyState(name: Name): Promise<void> },
  { destroy, showRequest, place, ends }: Deletion,
): Promise<void> {
  stage.say("Bob wants to delete the key. His destroy only requests the deactivation, and the key keeps working.");
  const asked = await destroy("bob", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await showRequest();

  stage.say("Alice passes the ID of Bob's request. Her run deactivates the key and requests its destruction.");
  const isDeactivated = { exitCode: 1, says: "is deactivated and is waiting for a second person" };
  const deactivated = await destroy("alice", isDeactivated, recordIn(asked));

  await stage.timePasses("4h1m", "More than 4 hours later, Bob passes the ID of her request: the key is destroyed.");
  await destroy("bob", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, recordIn(deactivated));

  await stage.timePasses(
    "30d1m",
    `After the keystore's 30 days, the key's metadata is removed, and the resource leaves the ${place}.`,
  );
  await destroy("bob", { exitCode: 0, says: ends });
  await stage.expectEmptyState("bob");
  await stage.printAudit(auditOfFourRuns);
}
