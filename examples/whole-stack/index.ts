/** A vault and everything in it. What is inside names what it is in, so each end comes in the right order. */

import { secret } from "@pulumi/pulumi";
import { Keystore, KeyTemplate, KmsKey, ManagedKey, Vault } from "@uko/pulumi";

const vault = new Vault("treasury", { name: "treasury", description: "Keys of the treasury" });
const { vaultId } = vault;

const ring = new Keystore("ring", { vaultId, type: "internal", name: "treasury-ring", groups: ["ledger"] });
const aws = new Keystore("aws", {
  vaultId,
  type: "aws_kms",
  name: "aws-frankfurt",
  groups: ["cards"],
  aws: {
    region: "eu_central_1",
    accessKeyId: secret(process.env.AWS_ACCESS_KEY_ID ?? "AKIAEXAMPLE"),
    secretAccessKey: secret(process.env.AWS_SECRET_ACCESS_KEY ?? "the-local-UKO-connects-to-nothing"),
  },
});

const ofLedger = new KeyTemplate("ledger", {
  vaultId,
  name: "ledger",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P1D",
  expirationPeriod: "P5Y",
  keystoreType: "ibm_cloud_kms",
  group: "ledger",
});
const ofCards = new KeyTemplate("cards", {
  vaultId,
  name: "cards",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P1D",
  expirationPeriod: "P5Y",
  keystoreType: "aws_kms",
  group: "cards",
});

// A key is installed in the keystores of its template's group, so they have to be there first, and go last.
const ledger = new ManagedKey("ledger", { vaultId, template: ofLedger.name, label: "ledger" }, { dependsOn: ring });
const cards = new ManagedKey("cards", { vaultId, template: ofCards.name, label: "cards" }, { dependsOn: aws });

/** A key of KMS itself, under KMS's own dual authorization. */
const archive = new KmsKey("archive", { name: "archive" });

export const keyIds = [ledger.keyId, cards.keyId, archive.keyId];
