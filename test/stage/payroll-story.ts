/** The life of one key called `payroll`, the same in every language and with every kit: Bob asks and Alice approves, twice, and Bob's destroy goes on. */

import type { PulumiStory, TofuStory } from "./perform.ts";
import type { Expected, Name, Stage } from "./stage.ts";

/** The lines of the audit trail about a key for which Bob asks and Alice approves, twice. */
export const auditOfPayroll: readonly string[] = [
  "Bob Example created the key",
  "Bob Example requested its deactivation",
  "Alice Example deactivated the key",
  "Bob Example requested its destruction",
  "Alice Example approved its destruction",
  "Bob Example destroyed the key",
  "Bob Example removed the key's metadata",
];

/** A story with the native package; `project` is the folder with the program, below `examples`. */
export function packageStory(project: string): PulumiStory {
  return {
    kind: "pulumi",
    project,
    async tell(stage) {
      stage.say("Bob creates a key whose deletion requires two people.");
      await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
      await tellDeletion(stage, {
        destroy: (name, expected) => stage.pulumi(name, "destroy", expected),
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

/** A story with OpenTofu: a configuration, or the program of a CDK that writes one. */
export function tofuStory(kind: TofuStory["kind"], project: string): TofuStory {
  return {
    kind,
    project,
    async tell(stage) {
      if (kind === "cdk") stage.say("Bob's program writes the configuration that OpenTofu reads.");
      stage.say("Bob creates a key whose deletion requires two people.");
      if (kind === "cdk") await stage.synthesize("bob");
      await stage.tofu("bob", "apply", { exitCode: 0, says: "Resources: 1 added" });
      await tellDeletion(stage, {
        destroy: (name, expected) => stage.tofu(name, "destroy", expected),
        async showRequest() {
          stage.say("Alice has the same files and the same state. Her plan shows what the deletion is waiting for.");
          if (kind === "cdk") await stage.synthesize("alice");
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
  readonly destroy: (name: Name, expected: Expected) => Promise<string>;
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
  await destroy("bob", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await showRequest();

  stage.say("Alice approves. Her command deactivates the key.");
  await stage.approve("alice", ["payroll"], { exitCode: 0, says: "1 key deactivated" });

  stage.say("Bob requests the destruction. It takes Bob's role, so Alice stores her approval for Bob's next run.");
  await stage.request("bob", ["payroll"], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });
  await stage.approve("alice", ["payroll", "--store"], { exitCode: 0, says: "1 key approved" });

  await stage.timePasses("4h1m", "More than 4 hours later, Bob's destroy destroys the key.");
  await destroy("bob", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" });

  await stage.timePasses(
    "30d1m",
    `After the keystore's 30 days, the key's metadata is removed, and the resource leaves the ${place}.`,
  );
  await destroy("bob", { exitCode: 0, says: ends });
  await stage.expectEmptyState("bob");
  await stage.printAudit(auditOfPayroll);
}
