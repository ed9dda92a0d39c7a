/** A whole stack: made in one run, and gone after five that anybody could have run on any day. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { consentsIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = { kind: "pulumi", project: fileURLToPath(new URL(".", import.meta.url)), tell };

const end = "destroy --continue-on-error";

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob makes a vault, two keystores, two templates, a key from each, and a key of KMS itself.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "Vault treasury created" });

  stage.say("Bob ends it all. That asks: for the keys' deactivation, and KMS is told who wants the third one gone.");
  const asked = await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("Carol consents to all three by naming them: two keys are deactivated, the one of KMS is destroyed.");
  const deactivated = await stage.pulumi(
    "carol",
    end,
    { exitCode: 1, says: "is deactivated and is waiting for a second person" },
    consentsIn(asked),
  );

  await stage.timePasses("4h1m", "More than 4 hours later Bob names Carol's requests: the keys are destroyed.");
  await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, consentsIn(deactivated));

  await stage.timePasses(
    "30d1m",
    "After 30 days both records go, and whatever is empty then. KMS still remembers a key.",
  );
  await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_KMS_METADATA_REMAINS]" });

  await stage.timePasses("60d", "90 days after destroy KMS has forgotten it, and the last of the stack goes.");
  await stage.pulumi("bob", end, { exitCode: 0, says: "Vault treasury deleted" });
  await stage.expectEmptyStack("bob");
  const twice = (deed: string): readonly string[] => [deed, deed];
  await stage.printAudit(
    [
      "Bob Example created the vault",
      ...twice("Bob Example created the keystore"),
      ...twice("Bob Example created the template"),
      ...twice("Bob Example created the key"),
      "Bob Example created the KMS key",
      ...twice("Bob Example asked to deactivate it"),
      "Bob Example set the KMS key for deletion",
      ...twice("Carol Example deactivated the key"),
      ...twice("Carol Example asked to destroy it"),
      "Carol Example destroyed the KMS key",
      ...twice("Bob Example destroyed the key"),
      ...twice("Bob Example removed the key's record"),
      ...twice("Bob Example deleted the template"),
      ...twice("Bob Example deleted the keystore"),
      "Bob Example deleted the vault",
    ],
    "any",
  );
}
