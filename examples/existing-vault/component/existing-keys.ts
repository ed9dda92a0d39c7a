/** A component that adopts keys of a vault that exists. */

import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { ManagedKey } from "@uko/pulumi";

export interface ExistingKeysArgs {
  /** UUID of the vault that exists. */
  readonly vaultId: Input<string>;
  /** The keys to adopt by their labels: the ID and the template of each. */
  readonly keys: Readonly<Record<string, { readonly keyId: Input<string>; readonly template: Input<string> }>>;
  /** Why the keys are deleted, once they are. */
  readonly deletionReason: Input<string>;
}

export class ExistingKeys extends ComponentResource {
  readonly keys: Readonly<Record<string, ManagedKey>>;

  constructor(name: string, { vaultId, keys, deletionReason }: ExistingKeysArgs, options?: ComponentResourceOptions) {
    super("example:index:ExistingKeys", name, {}, options);
    const adopted = Object.entries(keys).map(([label, { keyId, template }]) => {
      const inputs = { vaultId, existingKeyId: keyId, template, label, deletionReason };
      return [label, new ManagedKey(label, inputs, { parent: this })] as const;
    });
    this.keys = Object.fromEntries(adopted);
    this.registerOutputs();
  }
}
