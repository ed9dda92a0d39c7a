/** Keys that people made by hand come under management; nothing but a marker on each is written, and their end takes two people. */

import { fileURLToPath } from "node:url";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { consentsIn } from "../../test/stage/stage.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: fileURLToPath(new URL(".", import.meta.url)),
  seedFile: fileURLToPath(new URL("seed.json", import.meta.url)),
  tell,
};

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const end = "destroy --target '**::orders-2024'";

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("A vault that people filled by hand. Bob has uko write a program that adopts it: the one of this folder.");
  await stage.command("bob", ["import", "--vault", vaultId, "--format", "pulumi", "--out", "adopted"], {
    exitCode: 0,
    says: "10 resources",
  });

  stage.say(
    "The first up adopts all of it. Pulumi calls that created; the service was told no more than that each key takes two people.",
  );
  await stage.pulumi("bob", "up", { exitCode: 0, says: "11 created" });
  const marks = Array.from({ length: 4 }, () => "Bob Example marked it for two people");
  await stage.printAudit(marks);

  stage.say("A second up finds nothing to do.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "11 unchanged" });

  await stage.printAudit(marks);

  stage.say("The key of 2024 has been out of use since March 2025. Its end takes two people, as that of any key.");
  const asked = await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await stage.pulumi("carol", end, { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" }, consentsIn(asked));

  stage.say("Who changed what, from the first day of management on:");
  await stage.printAudit([...marks, "Bob Example asked to destroy it", "Carol Example destroyed the key"]);
}
