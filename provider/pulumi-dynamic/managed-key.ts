/** The managed key as a class for Pulumi programs. */

import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { ManagedKeyState } from "../resources/managed-key/schema.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** Inputs of a key; an omitted input keeps the service's value. */
export interface ManagedKeyArgs {
  /** UUID of the key's vault. Cannot change. */
  vaultId: Input<string>;
  /** Name of the key template; the key is compared by the template's id. Cannot change. */
  template: Input<string>;
  /** Name of the key; omit it if the template's naming scheme creates it. */
  label?: Input<string>;
  /** Up to 200 characters; up to 110 if the service keeps no tags. */
  description?: Input<string>;
  /**
   * Tags of your own; `{}` removes all. Values may contain letters, digits, `_` and white space.
   */
  tags?: Input<Record<string, Input<string>>>;
  /**
   * Values for the placeholders of the template's naming scheme, which creates the label. Cannot
   * change.
   */
  labelTags?: Input<Record<string, Input<string>>>;
  /** First day of use, `YYYY-MM-DD`. Planning only: nothing happens on it. */
  activationDate?: Input<string>;
  /** Last day of use, `YYYY-MM-DD`. Planning only: nothing happens on it. */
  expirationDate?: Input<string>;
  /**
   * Target state of updates. Deactivating and destroying require two people; an update never
   * reactivates a key.
   */
  state?: Input<"active" | "deactivated" | "destroyed">;
  /**
   * Each change of this value rotates the key once on the next update; a new key is not rotated.
   */
  rotationTrigger?: Input<string>;
  /**
   * Whether an update brings the key into the keystores that its template names now; never removes
   * it from one. Default false.
   */
  align?: Input<boolean>;
  /** Adopts this key instead of creating one. Cannot change. */
  existingKeyId?: Input<string>;
  /** Refuses every step of the key's deletion. Default false. */
  deletionProtection?: Input<boolean>;
  /**
   * Whether the key's deletion requires two people. Default `required`. `single` applies to a key
   * that this resource creates; on an existing key the marker decides until another person approves
   * `uko loosen`.
   */
  dualAuthorization?: Input<"required" | "single">;
  /**
   * Steps that require two people: deactivate and destroy (`both`, the default), or `destroy`
   * alone.
   */
  deletionGate?: Input<"both" | "destroy">;
  /**
   * When the key may leave state; the earlier values leave metadata behind that blocks template and
   * vault. Default `removed`.
   */
  deletionCompletesAt?: Input<"removed" | "destroyed" | "destruction_scheduled">;
  /** Reason for the deletion; kept in the consent record. Up to 500 characters. */
  deletionReason?: Input<string>;
}

/** An encryption key whose deletion requires two people. Its ID is `<vaultId>/<keyId>`. */
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
  /** 1 at creation, incremented by each rotation. */
  declare readonly version: Output<number>;
  declare readonly algorithm: Output<string>;
  declare readonly size: Output<string>;
  /** The service's own word for the state. */
  declare readonly keyState: Output<string>;
  /**
   * The key's own marker: `both`, `destroy` or `single`; `none` without a marker, which counts as
   * `both`.
   */
  declare readonly dualMarker: Output<string | undefined>;
  /** `aligned` or `unaligned`: whether the key is in every keystore that its template names. */
  declare readonly alignment: Output<string | undefined>;
  /** The derived state, including a pending approval. */
  declare readonly lifecycleState: Output<ManagedKeyState["lifecycleState"]>;
  /** Each keystore's status of the key. */
  declare readonly keystores: Output<ManagedKeyState["keystores"]>;
  /** `approval`, `time` or `person_to_unblock`. */
  declare readonly deletionAwaits: Output<string | undefined>;
  /** The next step is refused before this time, ISO 8601 UTC. */
  declare readonly deletionNotBefore: Output<string | undefined>;
  /** IAM ID of the author of the binding record. */
  declare readonly deletionRequestedBy: Output<string | undefined>;
  /** ID of the binding record, for `UKO_CONSENT`. */
  declare readonly deletionRecordId: Output<string | undefined>;

  constructor(name: string, args: ManagedKeyArgs, options?: CustomResourceOptions) {
    super(kind.type, name, registrationOf(kind, name, args, options), options);
  }
}

const kind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:ManagedKey",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey',
  outputs: [
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
    "dualMarker",
    "alignment",
    "lifecycleState",
    "keystores",
    "deletionAwaits",
    "deletionNotBefore",
    "deletionRequestedBy",
    "deletionRecordId",
  ] satisfies (keyof ManagedKeyState)[],
};
