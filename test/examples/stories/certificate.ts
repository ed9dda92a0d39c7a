/** A certificate with two signers, and a check by a third person that needs no network. */

import type { PulumiStory } from "../../stage/perform.ts";
import type { PulumiStage } from "../../stage/pulumi-stage.ts";

export const story: PulumiStory = {
  kind: "pulumi",
  project: "pulumi-typescript",
  tell,
};

async function tell(stage: PulumiStage): Promise<void> {
  stage.say("Bob and Alice delete a key together. UKO_EVIDENCE names one file for all.");
  for (const name of ["alice", "bob"] as const) await stage.signingKey(name);
  await stage.pulumi("bob", "up", { exitCode: 0, says: "ManagedKey payroll created" });
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_APPROVAL_PENDING]" });
  await stage.approve("alice", ["payroll"], { exitCode: 0, says: "1 key deactivated" });
  await stage.request("bob", ["payroll"], { exitCode: 0, says: "[UKO_APPROVAL_PENDING]" });
  await stage.approve("alice", ["payroll", "--store"], { exitCode: 0, says: "1 key approved" });
  await stage.timePasses("4h1m", "More than 4 hours later, Bob's next run destroys the key.");
  await stage.pulumi("bob", "destroy", { exitCode: 1, says: "[UKO_DESTRUCTION_PENDING]" });

  await stage.timePasses("30d1m", "The keystore's 30 days are over. Bob's next run removes the key.");
  await stage.pulumi("bob", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });

  stage.say("Bob creates the certificate from the evidence. Alice signs it, too.");
  const create = ["certificate", "create", "--sign-key", "bob.key", "--out", "certificate.json"];
  await stage.command("bob", create, { exitCode: 0, says: "Wrote certificate.json" });
  await stage.send(["certificate.json"], "bob", "alice");
  await stage.command("alice", ["certificate", "sign", "certificate.json", "--sign-key", "alice.key"], {
    exitCode: 0,
    says: "2 signatures",
  });

  stage.say("Carol checks it without a network, with the public keys that each person gave her.");
  await stage.send(["certificate.json", "alice.pem"], "alice", "carol");
  await stage.send(["bob.pem"], "bob", "carol");
  const trust = ["alice", "bob"].flatMap((name) => ["--trust", `IBMid-550000${name.toUpperCase()}=${name}.pem`]);
  const verify = ["certificate", "verify", "certificate.json", ...trust, "--require", "2", "--allow-emulator"];
  await stage.command("carol", verify, { exitCode: 0, says: "only stated" });
  await stage.command("carol", ["certificate", "show", "certificate.json"], { exitCode: 0, says: "Not verified:" });
}
