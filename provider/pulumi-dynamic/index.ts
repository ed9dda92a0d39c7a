/** `pulumi-uko`: managed keys of IBM Unified Key Orchestrator for Pulumi programs in TypeScript and JavaScript. */

import {
  CustomResource,
  type CustomResourceOptions,
  createUrn,
  getOrganization,
  type Input,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
import type { ManagedKeyInputs, ManagedKeyState } from "../resources/index.ts";

/** Constant and tiny, stored with each key, and read by every later release: it must never change. */
const providerText = 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey';

const type = "pulumi-nodejs:dynamic/uko:ManagedKey";

/** What a program says of a key; what it leaves out stays as the service has it. */
export interface ManagedKeyArgs {
  /** UUID of the vault that the key lives in. Cannot change. */
  vaultId: Input<string>;
  /** Name of the key template; the key is compared by the template's id. Cannot change. */
  template: Input<string>;
  /** Name of the key; absent where the template's naming scheme makes it. */
  label?: Input<string>;
  /** Up to 200 characters; up to 110 where the service keeps no tags. */
  description?: Input<string>;
  /** Tags of your own; `{}` for none. Values may hold letters, digits, `_` and white space. */
  tags?: Input<Record<string, Input<string>>>;
  /** First day of use, `YYYY-MM-DD`. Planning only: nothing happens on it. */
  activationDate?: Input<string>;
  /** Last day of use, `YYYY-MM-DD`. Planning only: nothing happens on it. */
  expirationDate?: Input<string>;
  /** State to aim at on updates. Going down takes two people; it never reactivates a key. */
  state?: Input<"active" | "deactivated" | "destroyed">;
  /** Adopts this key instead of making one. Cannot change. */
  existingKeyId?: Input<string>;
  /** Refuses every step towards the key's end. Default false. */
  deletionProtection?: Input<boolean>;
  /** Whether two people stand behind the key's end. Default `required`; a marker on the key outweighs `single`. */
  dualAuthorization?: Input<"required" | "single">;
  /** Which steps take two people: deactivate and destroy (`both`, the default), or `destroy` alone. */
  deletionGate?: Input<"both" | "destroy">;
  /** When the key may leave the state; the earlier ones leave a record that blocks template and vault. Default `removed`. */
  deletionCompletesAt?: Input<"removed" | "destroyed" | "destruction_scheduled">;
  /** Why the key is ended; kept in the consent record. Up to 500 characters. */
  deletionReason?: Input<string>;
}

/** An encryption key whose end of life takes two people. Its id is `<vaultId>/<keyId>`. */
export class ManagedKey extends CustomResource {
  declare readonly vaultId: Output<string>;
  declare readonly template: Output<string>;
  declare readonly label: Output<string>;
  declare readonly description: Output<string | undefined>;
  declare readonly tags: Output<Record<string, string> | undefined>;
  declare readonly activationDate: Output<string | undefined>;
  declare readonly expirationDate: Output<string | undefined>;
  /** Instance that the key belongs to. */
  declare readonly instanceId: Output<string>;
  /** UUID of the key. */
  declare readonly keyId: Output<string>;
  /** UUID of the template. */
  declare readonly templateId: Output<string>;
  /** 1 at creation, one more for each rotation. */
  declare readonly version: Output<number>;
  declare readonly algorithm: Output<string>;
  declare readonly size: Output<string>;
  /** The service's own word for the state. */
  declare readonly keyState: Output<string>;
  /** The one derived state, pending approval included. */
  declare readonly lifecycleState: Output<ManagedKeyState["lifecycleState"]>;
  /** What each keystore says of the key. */
  declare readonly keystores: Output<ManagedKeyState["keystores"]>;
  /** `approval`, `time` or `person_to_unblock`. */
  declare readonly deletionAwaits: Output<string | undefined>;
  /** The next step is refused before this time, ISO 8601 UTC. */
  declare readonly deletionNotBefore: Output<string | undefined>;
  /** IAM id of the author of the binding record. */
  declare readonly deletionRequestedBy: Output<string | undefined>;
  /** Id of the binding record, as `UKO_CONSENT` takes it. */
  declare readonly deletionRecordId: Output<string | undefined>;

  constructor(name: string, args: ManagedKeyArgs, options?: CustomResourceOptions) {
    // The protocol of dynamic providers tells no URN, and a creation that was interrupted has to be found again.
    const __origin = interpolate`${getOrganization()}/${createUrn(name, type, options?.parent)}`;
    super(type, name, { ...outputs, ...args, __origin, __provider: providerText }, options);
  }
}

/** Named here, so that the engine's answer fills them. */
const outputs = Object.fromEntries(
  (
    [
      "label",
      "description",
      "tags",
      "activationDate",
      "expirationDate",
      "instanceId",
      "keyId",
      "templateId",
      "version",
      "algorithm",
      "size",
      "keyState",
      "lifecycleState",
      "keystores",
      "deletionAwaits",
      "deletionNotBefore",
      "deletionRequestedBy",
      "deletionRecordId",
    ] satisfies (keyof ManagedKeyState | keyof ManagedKeyInputs)[]
  ).map((name) => [name, undefined]),
);
