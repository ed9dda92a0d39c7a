/** A root key of KMS that KMS rotates. */

import { type Example, goProgram } from "./example.ts";

const root: Example = {
  title: "A root key that KMS rotates",
  typescript: `import * as uko from "@uko/pulumi";

const backups = new uko.KmsKey("backups", {
    name: "backups",
    aliases: ["backups"],
    keyRing: "storage",
    rotationIntervalMonths: 12,
});

export const crn = backups.crn;`,
  python: `import pulumi
import pulumi_uko as uko

backups = uko.KmsKey("backups",
    name="backups",
    aliases=["backups"],
    key_ring="storage",
    rotation_interval_months=12)

pulumi.export("crn", backups.crn)`,
  go: goProgram(`
backups, err := uko.NewKmsKey(ctx, "backups", &uko.KmsKeyArgs{
	Name:                   pulumi.String("backups"),
	Aliases:                pulumi.StringArray{pulumi.String("backups")},
	KeyRing:                pulumi.String("storage"),
	RotationIntervalMonths: pulumi.Int(12),
})
if err != nil {
	return err
}
ctx.Export("crn", backups.Crn)`),
  yaml: `name: backups
runtime: yaml
resources:
  backups:
    type: uko:KmsKey
    properties:
      name: backups
      aliases:
        - backups
      keyRing: storage
      rotationIntervalMonths: 12
outputs:
  crn: \${backups.crn}`,
};

export const kmsKeyExamples = [root];
