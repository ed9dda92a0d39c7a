/** A key for a database, and the retirement of a key. */

import { type Example, goProgram } from "./example.ts";

const twoPeople: Example = {
  title: "A key that takes two people to end",
  typescript: `import * as uko from "@uko/pulumi";

const ledger = new uko.ManagedKey("ledger", {
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    template: "ledger",
    label: "ledger-2027",
    tags: { owner: "payments" },
    deletionReason: "the ledger moved to a key of its own",
});

export const keyId = ledger.keyId;
export const lifecycleState = ledger.lifecycleState;`,
  python: `import pulumi
import pulumi_uko as uko

ledger = uko.ManagedKey("ledger",
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    template="ledger",
    label="ledger-2027",
    tags={"owner": "payments"},
    deletion_reason="the ledger moved to a key of its own")

pulumi.export("keyId", ledger.key_id)
pulumi.export("lifecycleState", ledger.lifecycle_state)`,
  go: goProgram(`
ledger, err := uko.NewManagedKey(ctx, "ledger", &uko.ManagedKeyArgs{
	VaultId:        pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
	Template:       pulumi.String("ledger"),
	Label:          pulumi.String("ledger-2027"),
	Tags:           pulumi.StringMap{"owner": pulumi.String("payments")},
	DeletionReason: pulumi.String("the ledger moved to a key of its own"),
})
if err != nil {
	return err
}
ctx.Export("keyId", ledger.KeyId)
ctx.Export("lifecycleState", ledger.LifecycleState)`),
  yaml: `name: ledger
runtime: yaml
resources:
  ledger:
    type: uko:ManagedKey
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      template: ledger
      label: ledger-2027
      tags:
        owner: payments
      deletionReason: the ledger moved to a key of its own
outputs:
  keyId: \${ledger.keyId}
  lifecycleState: \${ledger.lifecycleState}`,
};

const retire: Example = {
  title: "Retire a key, and delete it another day",
  typescript: `import * as uko from "@uko/pulumi";

const archive = new uko.ManagedKey("archive", {
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    template: "archive",
    state: uko.TargetState.Destroyed,
    deletionReason: "its retention ended",
});

export const awaits = archive.deletionAwaits;`,
  python: `import pulumi
import pulumi_uko as uko

archive = uko.ManagedKey("archive",
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    template="archive",
    state=uko.TargetState.DESTROYED,
    deletion_reason="its retention ended")

pulumi.export("awaits", archive.deletion_awaits)`,
  go: goProgram(`
archive, err := uko.NewManagedKey(ctx, "archive", &uko.ManagedKeyArgs{
	VaultId:        pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
	Template:       pulumi.String("archive"),
	State:          uko.TargetStateDestroyed,
	DeletionReason: pulumi.String("its retention ended"),
})
if err != nil {
	return err
}
ctx.Export("awaits", archive.DeletionAwaits)`),
  yaml: `name: archive
runtime: yaml
resources:
  archive:
    type: uko:ManagedKey
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      template: archive
      state: destroyed
      deletionReason: its retention ended
outputs:
  awaits: \${archive.deletionAwaits}`,
};

export const managedKeyExamples = [twoPeople, retire];
