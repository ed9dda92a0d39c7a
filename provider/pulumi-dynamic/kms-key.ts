/**
 * The KMS key as a class for Pulumi programs. Imported material leaves a program as a secret, and
 * state holds a digest.
 */

import {
  CustomResource,
  type CustomResourceOptions,
  type Input,
  mergeOptions,
  type Output,
  secret,
} from "@pulumi/pulumi";
import type { KmsKeyState } from "../resources/kms-key/schema.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** Inputs of a KMS key; an omitted input keeps the value in KMS. */
export interface KmsKeyArgs {
  /** Name of the key, not unique in KMS. Cannot change. */
  name: Input<string>;
  /**
   * A `root` key wraps other keys and never leaves KMS; KMS hands a `standard` key out. Default
   * `root`. Cannot change.
   */
  type?: Input<"root" | "standard">;
  /** 2 to 240 characters. Cannot change. */
  description?: Input<string>;
  /** Tags of your own. Cannot change. */
  tags?: Input<Input<string>[]>;
  /** Up to 5 further names; `[]` removes all. */
  aliases?: Input<Input<string>[]>;
  /** Key ring, created if it does not exist; never that of an internal keystore. */
  keyRing?: Input<string>;
  /** When KMS deactivates the key, such as `2030-01-31T00:00:00Z`. Cannot change. */
  expirationDate?: Input<string>;
  /**
   * Base64 of 16, 24 or 32 bytes: imports the key. A new payload takes effect with a changed
   * `rotationTrigger`. Secret.
   */
  payload?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  encryptedNonce?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  iv?: Input<string>;
  /** For a secure import, together with an encrypted payload. Cannot change. */
  encryptionAlgorithm?: Input<"RSAES_OAEP_SHA_256" | "RSAES_OAEP_SHA_1">;
  /**
   * KMS's own dual authorization. On for a new key if `dualAuthorization` is `required`; on an
   * existing key only if the program says true. KMS never turns it off again.
   */
  dualAuthDelete?: Input<boolean>;
  /** Months between rotations by KMS, for a root key that was not imported. */
  rotationIntervalMonths?: Input<number>;
  /** Any text: each change of it rotates the key once. */
  rotationTrigger?: Input<string>;
  /** Any text: each change of it restores a destroyed key once, within 30 days. */
  restoreTrigger?: Input<string>;
  /** Adopts this key instead of creating one. Cannot change. */
  existingKeyId?: Input<string>;
  /** Refuses every step of the key's deletion. Default false. */
  deletionProtection?: Input<boolean>;
  /**
   * Whether the key's deletion requires two people. Default `required`; KMS's own dual
   * authorization takes precedence over `single`.
   */
  dualAuthorization?: Input<"required" | "single">;
  /**
   * When the key may leave state: `destroyed` (default), or up to 90 days later with its metadata.
   */
  deletionCompletesAt?: Input<"destroyed" | "removed">;
}

/**
 * A key of Key Protect or of an instance's KMS, whose deletion requires two people. Its ID is
 * `<keyId>`.
 */
export class KmsKey extends CustomResource {
  declare readonly name: Output<string>;
  declare readonly type: Output<"root" | "standard">;
  declare readonly description: Output<string | undefined>;
  declare readonly tags: Output<string[] | undefined>;
  declare readonly aliases: Output<string[] | undefined>;
  declare readonly keyRing: Output<string | undefined>;
  declare readonly expirationDate: Output<string | undefined>;
  declare readonly dualAuthDelete: Output<boolean | undefined>;
  declare readonly rotationIntervalMonths: Output<number | undefined>;
  /** Instance that the key belongs to. */
  declare readonly instanceId: Output<string>;
  /** UUID of the key. */
  declare readonly keyId: Output<string>;
  /** Cloud resource name of the key. */
  declare readonly crn: Output<string>;
  /** KMS's own state of the key, as a word. */
  declare readonly keyState: Output<string>;
  /** The derived state, including a pending approval. */
  declare readonly lifecycleState: Output<KmsKeyState["lifecycleState"]>;
  /** Whether its material was imported. */
  declare readonly imported: Output<boolean>;
  /** When it was last rotated, ISO 8601 UTC. */
  declare readonly lastRotatedAt: Output<string | undefined>;
  /** `approval` or `time`. */
  declare readonly deletionAwaits: Output<string | undefined>;
  /** When KMS begins to purge its metadata, ISO 8601 UTC. */
  declare readonly deletionNotBefore: Output<string | undefined>;
  /** IAM ID of the person who set it for deletion, if KMS reports one. */
  declare readonly deletionRequestedBy: Output<string | undefined>;
  /** Name of the open window, as `UKO_CONSENT` takes it. */
  declare readonly deletionRecordId: Output<string | undefined>;

  constructor(name: string, args: KmsKeyArgs, options?: CustomResourceOptions) {
    const { payload } = args;
    const hidden = payload === undefined ? args : { ...args, payload: secret(payload) };
    const inputs = registrationOf(kind, name, hidden, options);
    super(kind.type, name, inputs, mergeOptions(options, { additionalSecretOutputs: ["payload"] }));
  }
}

const kind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:KmsKey",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").kmsKey',
  outputs: [
    "type",
    "description",
    "tags",
    "aliases",
    "keyRing",
    "expirationDate",
    "dualAuthDelete",
    "rotationIntervalMonths",
    "instanceId",
    "keyId",
    "crn",
    "keyState",
    "lifecycleState",
    "imported",
    "lastRotatedAt",
    "deletionAwaits",
    "deletionNotBefore",
    "deletionRequestedBy",
    "deletionRecordId",
  ] satisfies (keyof KmsKeyState)[],
};
