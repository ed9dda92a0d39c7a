/** The same story without an engine: the key exists, and `uko continue` takes the steps that a destroy takes otherwise. */

import { auditOfPayroll } from "../../test/stage/payroll-story.ts";
import type { CommandStory } from "../../test/stage/perform.ts";
import { tellApprovals, tellCertificate } from "./parts.ts";

export const commandStory: CommandStory = {
  kind: "command",
  async tell(stage) {
    stage.say(
      "You delete an encryption key in steps: deactivate, wait 4 hours, destroy, wait 30 days for its keystore, remove.",
      "The deletion requires two people. Alice may deactivate; Bob may create, destroy and remove.",
      "Both run the command uko against an emulator, each with a home folder and a credential of their own.",
    );

    stage.say('Bob wants to delete the key "orders". He writes a request on the key.');
    await stage.request("bob", ["orders"], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });

    await tellApprovals(stage, "orders");

    await stage.timePasses("4h1m", "More than 4 hours pass. Bob continues: the key is destroyed.");
    await stage.continue("bob", ["orders"], { exitCode: 11, says: "This run destroyed the key" });

    await stage.timePasses("30d1m", "30 days pass. Bob continues once more, which removes the key's metadata.");
    await stage.continue("bob", ["orders"], { exitCode: 0, says: "removed" });

    stage.say("The service's audit trail shows every change of the key:");
    await stage.printAudit(auditOfPayroll.slice(1));

    await tellCertificate(stage);
  },
};
