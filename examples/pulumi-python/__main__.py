"""A key for payroll. Its deletion requires two people, unless the code says otherwise."""

import pulumi
import pulumi_uko as uko

payroll = uko.ManagedKey(
    "payroll",
    # The vault `payments` of the emulator's demo world.
    vault_id="5c1e0000-0000-4000-8000-000000000001",
    template="payroll",
    label="payroll",
    deletion_reason="Payroll moved to the new ledger",
)

pulumi.export("keyId", payroll.key_id)
pulumi.export("lifecycleState", payroll.lifecycle_state)
