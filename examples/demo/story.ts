/** The story of one key and two people: Bob asks twice, Alice approves twice, and `pulumi destroy` goes as far as it may. */

import { auditOfPayroll } from "../../test/stage/payroll-story.ts";
import type { PulumiStory } from "../../test/stage/perform.ts";
import type { PulumiStage } from "../../test/stage/pulumi-stage.ts";
import { tellApprovals, tellCertificate } from "./parts.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: "demo/program",
  tell,
};

async function tell(stage: PulumiStage): Promise<void> {
  stage.say(
    "You delete an encryption key in steps: deactivate, wait 4 hours, destroy, wait 30 days for its keystore, remove.",
    "The deletion requires two people. Alice may deactivate; Bob may create, destroy and remove.",
    "Both run the real Pulumi CLI against an emulator, each with a home folder and a credential of their own.",
  );

  stage.say("Bob creates a key with the program that both have checked out.");
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });

  stage.say(
    "Bob wants to delete the key. His destroy writes a request on the key, and stops.",
    "(Pulumi shows a wait as an error, so that the key stays in the stack.)",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });

  await tellApprovals(stage, "payroll");

  await stage.timePasses(
    "4h1m",
    "More than 4 hours pass. Bob runs the same command as at first: the key is destroyed.",
  );
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" });

  await stage.timePasses("30d1m", "30 days pass. Bob runs it once more, which removes the key's metadata.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
  await stage.expectEmptyState("bob");

  stage.say("The stack is empty. The service's audit trail shows every change of the key:");
  await stage.printAudit(auditOfPayroll);

  await tellCertificate(stage);
}
