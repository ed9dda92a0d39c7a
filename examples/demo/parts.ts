/** The parts of the demo that need no particular tool: the approvals of both people, and the certificate. */

import type { Person } from "../../test/stage/person.ts";
import type { StageOfPeople } from "../../test/stage/stage-of-people.ts";

/** Bob has requested the deactivation of the key; afterwards both people have approved its destruction. */
export async function tellApprovals(stage: StageOfPeople<Person>, label: string): Promise<void> {
  stage.say("Bob cannot approve his own request.");
  await stage.approve("bob", [label], { exitCode: 12, says: "you requested this step yourself" });

  stage.say(
    "Alice approves: she reads what she approves, and types the label of the key. Her run deactivates the key.",
  );
  await stage.approve("alice", [label], { exitCode: 0, says: "1 key deactivated" });

  stage.say("Bob requests the destruction. Only a person requests a destruction, and never an engine.");
  await stage.request("bob", [label], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });

  stage.say("The destruction takes Bob's role, so Alice stores her approval on the key for Bob's next run.");
  await stage.approve("alice", [label, "--store"], { exitCode: 0, says: "1 key approved" });
}

export async function tellCertificate(stage: StageOfPeople<Person>): Promise<void> {
  stage.say(
    "An auditor asks who did what. Every run wrote evidence to the file in UKO_EVIDENCE; Bob makes a signed certificate of it.",
  );
  await stage.signingKey("bob");
  await stage.command("bob", ["certificate", "create", "--sign-key", "bob.key", "--out", "certificate.json"], {
    exitCode: 0,
    says: "Wrote certificate.json: 1 of 1 key destroyed",
  });

  stage.say(
    "Bob sends the file and his public key to Carol, who checks it without a network.",
    "(--allow-emulator: a certificate of an emulator is otherwise refused.)",
  );
  await stage.send(["certificate.json", "bob.pem"], "bob", "carol");
  await stage.command(
    "carol",
    ["certificate", "verify", "certificate.json", "--trust", "IBMid-550000BOB=bob.pem", "--allow-emulator"],
    { exitCode: 0, says: "only stated" },
  );
}
