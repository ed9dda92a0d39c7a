// A key for payroll. Its deletion requires two people, unless the code says otherwise.
package main

import (
	"github.com/pulumi-uko/pulumi-uko/sdk/go/uko"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		payroll, err := uko.NewManagedKey(ctx, "payroll", &uko.ManagedKeyArgs{
			// The vault `payments` of the emulator's demo world.
			VaultId:        pulumi.String("5c1e0000-0000-4000-8000-000000000001"),
			Template:       pulumi.String("payroll"),
			Label:          pulumi.String("payroll"),
			DeletionReason: pulumi.String("Payroll moved to the new ledger"),
		})
		if err != nil {
			return err
		}
		ctx.Export("keyId", payroll.KeyId)
		ctx.Export("lifecycleState", payroll.LifecycleState)
		return nil
	})
}
