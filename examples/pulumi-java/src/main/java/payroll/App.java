package payroll;

import com.pulumi.Pulumi;
import io.github.pulumi_uko.uko.ManagedKey;
import io.github.pulumi_uko.uko.ManagedKeyArgs;

/** A key for payroll. Its deletion requires two people, unless the code says otherwise. */
public final class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var payroll = new ManagedKey("payroll", ManagedKeyArgs.builder()
                // The vault `payments` of the emulator's demo world.
                .vaultId("5c1e0000-0000-4000-8000-000000000001")
                .template("payroll")
                .label("payroll")
                .deletionReason("Payroll moved to the new ledger")
                .build());
            context.export("keyId", payroll.keyId());
            context.export("lifecycleState", payroll.lifecycleState());
        });
    }
}
