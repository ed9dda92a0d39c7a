/** Keys of a vault that exists, adopted by a component. */

import { ExistingKeys } from "./existing-keys.ts";

const { keys } = new ExistingKeys("payments", {
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  keys: {
    orders: { keyId: "9b2d0000-0000-4000-8000-000000000001", template: "orders" },
    "orders-2024": { keyId: "9b2d0000-0000-4000-8000-000000000004", template: "orders" },
  },
  deletionReason: "Orders moved to the new shop",
});

export const lifecycleStates = Object.fromEntries(
  Object.entries(keys).map(([label, { lifecycleState }]) => [label, lifecycleState]),
);
