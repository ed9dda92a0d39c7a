/** The vault as a class for Pulumi programs. */

import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { VaultState } from "../resources/vault.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** Inputs of a vault; an omitted input keeps the service's value. */
export interface VaultArgs {
  /** Name of the vault, unique in its instance. */
  name: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /** Label of the recovery key; on-premises only. */
  recoveryKeyLabel?: Input<string>;
  /** Adopts this vault instead of creating one. Cannot change. */
  existingVaultId?: Input<string>;
  /** Refuses to delete the vault. Default false. */
  deletionProtection?: Input<boolean>;
}

/**
 * A vault: the container of keys, keystores and templates. It can be deleted once it is empty. Its
 * ID is `<vaultId>`.
 */
export class Vault extends CustomResource {
  declare readonly name: Output<string>;
  declare readonly description: Output<string | undefined>;
  declare readonly recoveryKeyLabel: Output<string | undefined>;
  /** Instance that the vault belongs to. */
  declare readonly instanceId: Output<string>;
  /** UUID of the vault. */
  declare readonly vaultId: Output<string>;

  constructor(name: string, args: VaultArgs, options?: CustomResourceOptions) {
    super(kind.type, name, registrationOf(kind, name, args, options), options);
  }
}

const kind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:Vault",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").vault',
  outputs: ["description", "recoveryKeyLabel", "instanceId", "vaultId"] satisfies (keyof VaultState)[],
};
