/** Existing keys: adopting them writes only a marker on each key, and their deletion requires two people. */

import type { PulumiStory } from "../../stage/perform.ts";
import type { PulumiStage } from "../../stage/pulumi-stage.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: "existing-vault/imported",
  seedFile: "existing-vault/seed.json",
  tell,
};

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const end = "destroy --target '**::orders-2024'";

async function tell(stage: PulumiStage): Promise<void> {
  stage.say(
    "People filled this vault by hand. With uko import, Bob writes the program that adopts the vault: the one in examples/existing-vault/imported.",
  );
  await stage.command("bob", ["import", "--vault", vaultId, "--format", "pulumi", "--out", "adopted"], {
    exitCode: 0,
    says: "10 resources",
  });

  stage.say(
    "The first up adopts every object. Pulumi reports them as created, but uko only marked each key for two people.",
  );
  await stage.pulumi("bob", "up", { exitCode: 0, says: "11 created" });
  const marks = Array.from({ length: 4 }, () => "Bob Example marked it for two people");
  await stage.printAudit(marks);

  stage.say("A second up changes nothing. It warns about the key that is out of use.");
  await stage.pulumi("bob", "up", {
    exitCode: 0,
    says: 'Key "orders-2024" is deactivated, but the program declares it',
  });
  await stage.printAudit(marks);

  stage.say(
    "The key of 2024 has been out of use since March 2025. Its destruction requires two people, like that of any key.",
  );
  await stage.pulumi("bob", end, { exitCode: 1, says: "[UKO_REQUEST_PENDING]" });
  stage.say("The engine requests no destruction. Bob does so by hand, and Carol approves.");
  await stage.request("bob", ["orders-2024"], { exitCode: 0, says: "is waiting for a second person" });
  await stage.approve("carol", ["orders-2024"], { exitCode: 0, says: "1 key destroyed" });

  stage.say("Who changed what since Bob adopted the keys:");
  await stage.printAudit([...marks, "Bob Example requested its destruction", "Carol Example destroyed the key"]);
}
