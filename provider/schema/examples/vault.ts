/** A vault with everything that a first key needs. */

import { type Example, goProgram } from "./example.ts";

const whole: Example = {
  title: "A vault, and what a first key needs in it",
  typescript: `import * as uko from "@uko/pulumi";

const treasury = new uko.Vault("treasury", { name: "treasury" });

const ring = new uko.Keystore("ring", {
    vaultId: treasury.vaultId,
    type: "internal",
    name: "treasury-ring",
    groups: ["ledger"],
});

const template = new uko.KeyTemplate("ledger", {
    vaultId: treasury.vaultId,
    name: "ledger",
    algorithm: "aes",
    size: "256",
    activationPeriod: "P0D",
    expirationPeriod: "P5Y",
    keystoreType: "ibm_cloud_kms",
    group: "ledger",
});

// A key is installed in the keystores of its template's group, so they have to be there first, and go last.
const ledger = new uko.ManagedKey("ledger", {
    vaultId: treasury.vaultId,
    template: template.name,
    label: "ledger-2027",
}, { dependsOn: ring });`,
  python: `import pulumi
import pulumi_uko as uko

treasury = uko.Vault("treasury", name="treasury")

ring = uko.Keystore("ring",
    vault_id=treasury.vault_id,
    type=uko.KeystoreType.INTERNAL,
    name="treasury-ring",
    groups=["ledger"])

template = uko.KeyTemplate("ledger",
    vault_id=treasury.vault_id,
    name="ledger",
    algorithm=uko.KeyAlgorithm.AES,
    size="256",
    activation_period="P0D",
    expiration_period="P5Y",
    keystore_type=uko.TemplateKeystoreType.IBM_CLOUD_KMS,
    group="ledger")

# A key is installed in the keystores of its template's group, so they have to be there first, and go last.
ledger = uko.ManagedKey("ledger",
    vault_id=treasury.vault_id,
    template=template.name,
    label="ledger-2027",
    opts=pulumi.ResourceOptions(depends_on=[ring]))`,
  go: goProgram(`
treasury, err := uko.NewVault(ctx, "treasury", &uko.VaultArgs{Name: pulumi.String("treasury")})
if err != nil {
	return err
}
ring, err := uko.NewKeystore(ctx, "ring", &uko.KeystoreArgs{
	VaultId: treasury.VaultId,
	Type:    uko.KeystoreTypeInternal,
	Name:    pulumi.String("treasury-ring"),
	Groups:  pulumi.StringArray{pulumi.String("ledger")},
})
if err != nil {
	return err
}
template, err := uko.NewKeyTemplate(ctx, "ledger", &uko.KeyTemplateArgs{
	VaultId:          treasury.VaultId,
	Name:             pulumi.String("ledger"),
	Algorithm:        uko.KeyAlgorithmAes,
	Size:             pulumi.String("256"),
	ActivationPeriod: pulumi.String("P0D"),
	ExpirationPeriod: pulumi.String("P5Y"),
	KeystoreType:     uko.TemplateKeystoreTypeIbmCloudKms,
	Group:            pulumi.String("ledger"),
})
if err != nil {
	return err
}
// A key is installed in the keystores of its template's group, so they have to be there first, and go last.
_, err = uko.NewManagedKey(ctx, "ledger", &uko.ManagedKeyArgs{
	VaultId:  treasury.VaultId,
	Template: template.Name,
	Label:    pulumi.String("ledger-2027"),
}, pulumi.DependsOn([]pulumi.Resource{ring}))
if err != nil {
	return err
}`),
  yaml: `name: treasury
runtime: yaml
resources:
  treasury:
    type: uko:Vault
    properties:
      name: treasury
  ring:
    type: uko:Keystore
    properties:
      vaultId: \${treasury.vaultId}
      type: internal
      name: treasury-ring
      groups:
        - ledger
  template:
    type: uko:KeyTemplate
    properties:
      vaultId: \${treasury.vaultId}
      name: ledger
      algorithm: aes
      size: "256"
      activationPeriod: P0D
      expirationPeriod: P5Y
      keystoreType: ibm_cloud_kms
      group: ledger
  ledger:
    type: uko:ManagedKey
    properties:
      vaultId: \${treasury.vaultId}
      template: \${template.name}
      label: ledger-2027
    options:
      # A key is installed in the keystores of its template's group, so they have to be there first, and go last.
      dependsOn:
        - \${ring}`,
};

export const vaultExamples = [whole];
