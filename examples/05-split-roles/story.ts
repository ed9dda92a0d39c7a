/** Divided roles: what each person meets who tries a step of the other, and how they end the key together. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { keyIn, recordIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates the key. Alice may not: she asks uko who she is and what she can see.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey ledger created" });
  await stage.command("alice", ["doctor"], { exitCode: 0, says: "Alice Example" });

  stage.say(
    "Alice asks for the key's end. Bob names her request, but deactivating takes a role that he does not hold.",
  );
  const asked = await stage.pulumi("alice", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  const key = keyIn(asked);
  await stage.command("bob", ["continue", key, "--consent", recordIn(asked)], {
    exitCode: 13,
    says: "Key Custodian - Deployer",
  });

  stage.say("Nothing was lost by that. He consents instead, and Alice acts on his consent.");
  const consented = await stage.command("bob", ["consent", key, recordIn(asked)], { exitCode: 0, says: "" });
  const deactivated = await stage.command("alice", ["continue", key, "--consent", recordIn(consented)], {
    exitCode: 10,
    says: "is deactivated and is waiting for a second person",
  });

  await stage.timePasses(
    "4h1m",
    "More than 4 hours later Alice tries alone, and cannot: her own request is no consent.",
  );
  await stage.command("alice", ["continue", key, "--consent", recordIn(deactivated)], {
    exitCode: 10,
    says: "[UKO_APPROVAL_PENDING]",
  });

  stage.say("Bob names her request: destroy is his to do.");
  await stage.command("bob", ["continue", key, "--consent", recordIn(deactivated)], {
    exitCode: 11,
    says: "[UKO_DESTRUCTION_PENDING]",
  });

  await stage.timePasses("30d1m", "After the keystore's 30 days the record is left, and removing it is Bob's as well.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey ledger deleted" });
  await stage.expectEmptyStack("bob");
  await stage.printAudit([
    "Bob Example created the key",
    "Alice Example asked to deactivate it",
    "Bob Example consented to deactivate it",
    "Alice Example deactivated the key",
    "Alice Example asked to destroy it",
    "Bob Example destroyed the key",
    "Bob Example removed the key's record",
  ]);
}
