/** A template whose keys go to every keystore of a group. */

import { type Example, goProgram } from "./example.ts";

const azure: Example = {
  title: "Keys for Azure, in hardware",
  typescript: `import * as uko from "@uko/pulumi";

const mail = new uko.KeyTemplate("mail", {
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    name: "mail",
    algorithm: uko.KeyAlgorithm.Rsa,
    size: "2048",
    activationPeriod: "P0D",
    expirationPeriod: "P2Y",
    keystoreType: uko.TemplateKeystoreType.AzureKeyVault,
    group: "mail",
    azure: {
        protectionLevel: uko.ProtectionLevel.Hsm,
        operations: [uko.AzureOperation.WrapKey, uko.AzureOperation.UnwrapKey],
    },
});`,
  python: `import pulumi_uko as uko

mail = uko.KeyTemplate("mail",
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    name="mail",
    algorithm=uko.KeyAlgorithm.RSA,
    size="2048",
    activation_period="P0D",
    expiration_period="P2Y",
    keystore_type=uko.TemplateKeystoreType.AZURE_KEY_VAULT,
    group="mail",
    azure={
        "protection_level": uko.ProtectionLevel.HSM,
        "operations": [uko.AzureOperation.WRAP_KEY, uko.AzureOperation.UNWRAP_KEY],
    })`,
  go: goProgram(`
_, err := uko.NewKeyTemplate(ctx, "mail", &uko.KeyTemplateArgs{
	VaultId:          pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
	Name:             pulumi.String("mail"),
	Algorithm:        uko.KeyAlgorithmRsa,
	Size:             pulumi.String("2048"),
	ActivationPeriod: pulumi.String("P0D"),
	ExpirationPeriod: pulumi.String("P2Y"),
	KeystoreType:     uko.TemplateKeystoreTypeAzureKeyVault,
	Group:            pulumi.String("mail"),
	Azure: &uko.KeyTemplateAzureArgs{
		ProtectionLevel: uko.ProtectionLevelHsm,
		Operations:      uko.AzureOperationArray{uko.AzureOperationWrapKey, uko.AzureOperationUnwrapKey},
	},
})
if err != nil {
	return err
}`),
  yaml: `name: mail
runtime: yaml
resources:
  mail:
    type: uko:KeyTemplate
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      name: mail
      algorithm: rsa
      size: "2048"
      activationPeriod: P0D
      expirationPeriod: P2Y
      keystoreType: azure_key_vault
      group: mail
      azure:
        protectionLevel: hsm
        operations:
          - wrap_key
          - unwrap_key`,
};

export const keyTemplateExamples = [azure];
