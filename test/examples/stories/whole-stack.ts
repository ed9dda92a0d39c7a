/** A whole stack: created in one run, and deleted in five runs, each of which could run on any day. */

import type { PulumiStory } from "../../stage/perform.ts";
import type { PulumiStage } from "../../stage/pulumi-stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: "whole-stack", tell };

const end = "destroy --continue-on-error";

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob creates a vault, two keystores, two templates, a key from each template, and a KMS key.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "Vault treasury created" });

  stage.say(
    "Bob deletes the stack. His run requests the deactivation of two keys. It opens no deletion window in KMS.",
  );
  await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_REQUEST_PENDING]" });
  const kmsKey = await stage.kmsKeyId("bob");
  await stage.request("bob", [kmsKey], { exitCode: 0, says: "is set for deletion" });

  stage.say("Carol approves everything that Bob requested in the vault: two keys are deactivated.");
  await stage.approve("carol", ["--requested-by", "IBMid-550000BOB"], { exitCode: 0, says: "2 keys deactivated" });
  stage.say("She also approves the deletion of the KMS key, which is destroyed at once.");
  await stage.approve("carol", [kmsKey], { exitCode: 0, says: "is destroyed" });

  stage.say("Bob requests the destruction of both keys.");
  await stage.request("bob", ["--state", "deactivated"], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });
  await stage.timePasses(
    "4h1m",
    "More than 4 hours later, Carol approves. She also has the role for the destruction, so her run takes the step.",
  );
  await stage.approve("carol", ["--requested-by", "IBMid-550000BOB"], { exitCode: 0, says: "2 keys destroyed" });

  await stage.timePasses(
    "30d1m",
    "After 30 days, Bob removes both keys' metadata and most containers. KMS keeps a destroyed key's metadata longer.",
  );
  await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_KMS_METADATA_REMAINS]" });

  await stage.timePasses(
    "60d",
    "90 days after the destruction, KMS has purged that metadata, and Bob deletes the last containers.",
  );
  await stage.pulumi("bob", end, { exitCode: 0, says: "Vault treasury deleted" });
  await stage.expectEmptyState("bob");
  const twice = (deed: string): readonly string[] => [deed, deed];
  await stage.printAudit(
    [
      "Bob Example created the vault",
      ...twice("Bob Example created the keystore"),
      ...twice("Bob Example created the template"),
      ...twice("Bob Example created the key"),
      "Bob Example created the KMS key",
      ...twice("Bob Example requested its deactivation"),
      "Bob Example set the KMS key for deletion",
      ...twice("Carol Example deactivated the key"),
      "Carol Example destroyed the KMS key",
      ...twice("Bob Example requested its destruction"),
      ...twice("Carol Example destroyed the key"),
      ...twice("Bob Example removed the key's metadata"),
      ...twice("Bob Example deleted the template"),
      ...twice("Bob Example deleted the keystore"),
      "Bob Example deleted the vault",
    ],
    "any",
  );
}
