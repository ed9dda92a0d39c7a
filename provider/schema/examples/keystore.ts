/** A key ring of the instance, and a cloud keystore. */

import { type Example, goProgram } from "./example.ts";

const internal: Example = {
  title: "A key ring of this instance",
  typescript: `import * as uko from "@uko/pulumi";

const ring = new uko.Keystore("ring", {
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    type: uko.KeystoreType.Internal,
    name: "treasury-ring",
    groups: ["ledger"],
});`,
  python: `import pulumi_uko as uko

ring = uko.Keystore("ring",
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    type=uko.KeystoreType.INTERNAL,
    name="treasury-ring",
    groups=["ledger"])`,
  go: goProgram(`
_, err := uko.NewKeystore(ctx, "ring", &uko.KeystoreArgs{
	VaultId: pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
	Type:    uko.KeystoreTypeInternal,
	Name:    pulumi.String("treasury-ring"),
	Groups:  pulumi.StringArray{pulumi.String("ledger")},
})
if err != nil {
	return err
}`),
  yaml: `name: ring
runtime: yaml
resources:
  ring:
    type: uko:Keystore
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      type: internal
      name: treasury-ring
      groups:
        - ledger`,
};

const aws: Example = {
  title: "AWS as a keystore, with its credentials from the stack's configuration",
  typescript: `import * as pulumi from "@pulumi/pulumi";
import * as uko from "@uko/pulumi";

const config = new pulumi.Config();

const frankfurt = new uko.Keystore("frankfurt", {
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    type: uko.KeystoreType.AwsKms,
    name: "aws-frankfurt",
    groups: ["cards"],
    aws: {
        region: "eu_central_1",
        accessKeyId: config.requireSecret("awsAccessKeyId"),
        secretAccessKey: config.requireSecret("awsSecretAccessKey"),
    },
});`,
  python: `import pulumi
import pulumi_uko as uko

config = pulumi.Config()

frankfurt = uko.Keystore("frankfurt",
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    type=uko.KeystoreType.AWS_KMS,
    name="aws-frankfurt",
    groups=["cards"],
    aws={
        "region": "eu_central_1",
        "access_key_id": config.require_secret("awsAccessKeyId"),
        "secret_access_key": config.require_secret("awsSecretAccessKey"),
    })`,
  go: `package main

import (
	"github.com/pulumi-uko/pulumi-uko/sdk/go/uko"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		_, err := uko.NewKeystore(ctx, "frankfurt", &uko.KeystoreArgs{
			VaultId: pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
			Type:    uko.KeystoreTypeAwsKms,
			Name:    pulumi.String("aws-frankfurt"),
			Groups:  pulumi.StringArray{pulumi.String("cards")},
			Aws: &uko.KeystoreAwsArgs{
				Region:          pulumi.String("eu_central_1"),
				AccessKeyId:     cfg.RequireSecret("awsAccessKeyId"),
				SecretAccessKey: cfg.RequireSecret("awsSecretAccessKey"),
			},
		})
		return err
	})
}`,
  yaml: `name: frankfurt
runtime: yaml
config:
  awsAccessKeyId:
    type: string
    secret: true
  awsSecretAccessKey:
    type: string
    secret: true
resources:
  frankfurt:
    type: uko:Keystore
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      type: aws_kms
      name: aws-frankfurt
      groups:
        - cards
      aws:
        region: eu_central_1
        accessKeyId: \${awsAccessKeyId}
        secretAccessKey: \${awsSecretAccessKey}`,
};

export const keystoreExamples = [internal, aws];
