/** Adopts existing resources: the first `pulumi up` changes nothing, except that it marks each key without a marker as requiring two people. */

import { KeyTemplate, Keystore, ManagedKey, Vault } from "@uko/pulumi";

const paymentsVault = new Vault("payments", {
  name: "payments",
  description: "Keys of the payment systems",
  existingVaultId: "5c1e0000-0000-4000-8000-000000000001",
});

const paymentsRingKeystore = new Keystore("payments-ring", {
  vaultId: paymentsVault.vaultId,
  type: "internal",
  name: "payments-ring",
  groups: ["orders"],
  existingKeystoreId: "ce110000-0000-4000-8000-000000000001",
});

// The connection stays unchanged. To change its secrets, set them with pulumi config set --secret, and add
// (with const config = new Config() of @pulumi/pulumi):
//   aws: { region: "eu_central_1", accessKeyId: config.requireSecret("awsFrankfurtKeystore.accessKeyId"), secretAccessKey: config.requireSecret("awsFrankfurtKeystore.secretAccessKey") },
const awsFrankfurtKeystore = new Keystore("aws-frankfurt", {
  vaultId: paymentsVault.vaultId,
  type: "aws_kms",
  name: "aws-frankfurt",
  groups: ["cards"],
  existingKeystoreId: "ce110000-0000-4000-8000-000000000002",
});

const ordersTemplate = new KeyTemplate("orders", {
  vaultId: paymentsVault.vaultId,
  name: "orders",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P5Y",
  deactivateOnRotation: false,
  keystoreType: "ibm_cloud_kms",
  group: "orders",
  existingTemplateId: "7e110000-0000-4000-8000-000000000001",
});

const ordersDraftTemplate = new KeyTemplate("orders-draft", {
  vaultId: paymentsVault.vaultId,
  name: "orders-draft",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P5Y",
  keyState: "pre_activation",
  deactivateOnRotation: false,
  keystoreType: "ibm_cloud_kms",
  group: "orders",
  existingTemplateId: "7e110000-0000-4000-8000-000000000002",
});

const cardsTemplate = new KeyTemplate("cards", {
  vaultId: paymentsVault.vaultId,
  name: "cards",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P2Y",
  deactivateOnRotation: false,
  keystoreType: "aws_kms",
  group: "cards",
  existingTemplateId: "7e110000-0000-4000-8000-000000000003",
});

new ManagedKey("orders-2024", {
  vaultId: paymentsVault.vaultId,
  template: ordersTemplate.name,
  label: "orders-2024",
  activationDate: "2024-01-08",
  existingKeyId: "9b2d0000-0000-4000-8000-000000000004",
}, { dependsOn: [paymentsRingKeystore] });

new ManagedKey("orders", {
  vaultId: paymentsVault.vaultId,
  template: ordersTemplate.name,
  label: "orders",
  description: "Orders of the web shop",
  tags: {
    owner: "web shop",
  },
  activationDate: "2025-03-03",
  expirationDate: "2030-03-03",
  existingKeyId: "9b2d0000-0000-4000-8000-000000000001",
}, { dependsOn: [paymentsRingKeystore] });

new ManagedKey("cards", {
  vaultId: paymentsVault.vaultId,
  template: cardsTemplate.name,
  label: "cards",
  activationDate: "2025-06-02",
  existingKeyId: "9b2d0000-0000-4000-8000-000000000002",
}, { dependsOn: [awsFrankfurtKeystore] });

new ManagedKey("orders-next", {
  vaultId: paymentsVault.vaultId,
  template: ordersDraftTemplate.name,
  label: "orders-next",
  activationDate: "2026-10-05",
  existingKeyId: "9b2d0000-0000-4000-8000-000000000003",
});
