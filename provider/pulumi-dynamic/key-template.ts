/** The key template as a class for Pulumi programs. */

import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { KeyTemplateInputs, KeyTemplateState } from "../resources/key-template/schema.ts";
import { type ResourceKind, registrationOf } from "./registration.ts";

/** For templates of `google_kms`. */
export interface KeyTemplateGoogleArgs {
  /** `hsm` or `software`. */
  protectionLevel: Input<"hsm" | "software">;
  /** Operations that Google allows with the key. */
  purpose: Input<"encrypt_decrypt" | "asymmetric_decrypt" | "asymmetric_sign" | "mac">;
  /** Google's algorithm, such as `google_symmetric_encryption`. */
  algorithm: Input<string>;
}

/** For templates of `azure_key_vault`. Cannot change. */
export interface KeyTemplateAzureArgs {
  /** `hsm` or `software`. */
  protectionLevel?: Input<"hsm" | "software">;
  /** Operations that Azure allows with the key. */
  operations?: Input<Input<"decrypt" | "encrypt" | "sign" | "unwrap_key" | "verify" | "wrap_key">[]>;
}

/** For templates of `cca`; on-premises only. */
export interface KeyTemplateCcaArgs {
  /** Uses that CCA allows for the key. */
  usageControl?: Input<"key_management_only" | "signature_and_key_management" | "signature_only">;
  /** CCA's key type. */
  keyType?: Input<"cipher" | "data" | "exporter" | "importer">;
  /** CCA's key words. */
  keyWords?: Input<Input<string>[]>;
}

/** Inputs of a key template; an omitted input keeps the service's value. */
export interface KeyTemplateArgs {
  /** UUID of the template's vault. Cannot change. */
  vaultId: Input<string>;
  /** Name of the template, unique in its vault; some releases take up to 30 characters. */
  name: Input<string>;
  /** Up to 200 characters. */
  description?: Input<string>;
  /** Scheme of the labels, with `<tags>`. Cannot change. */
  namingScheme?: Input<string>;
  /** Algorithm; `des` and `dilithium` on-premises only. Cannot change. */
  algorithm: Input<KeyTemplateInputs["algorithm"]>;
  /** Size, such as `256`. */
  size: Input<string>;
  /** From creation to the first day of use, such as `P0D`. */
  activationPeriod: Input<string>;
  /** To the last day of use, such as `P2Y`. */
  expirationPeriod: Input<string>;
  /** State of a new key; an `active` one is installed at once. Default `active`. */
  keyState?: Input<"active" | "pre_activation">;
  /** Deactivates older versions on rotation. */
  deactivateOnRotation?: Input<boolean>;
  /** Type of the keystores that keys go to. Cannot change. */
  keystoreType: Input<KeyTemplateInputs["keystoreType"]>;
  /** Group of keystores that keys go to. A change is refused while it would cut a key off. */
  group: Input<string>;
  /** Naming scheme of the keys in the keystore. Cannot change. */
  keystoreNamingScheme?: Input<string>;
  /** For `google_kms`. */
  google?: Input<KeyTemplateGoogleArgs>;
  /** For `azure_key_vault`. Cannot change. */
  azure?: Input<KeyTemplateAzureArgs>;
  /** For `cca`. */
  cca?: Input<KeyTemplateCcaArgs>;
  /**
   * Allows no new keys from the template and no alignment with it; existing keys keep working.
   * Default false.
   */
  archived?: Input<boolean>;
  /** Adopts this template instead of creating one. Cannot change. */
  existingTemplateId?: Input<string>;
  /** Refuses to delete the template. Default false. */
  deletionProtection?: Input<boolean>;
}

/**
 * A key template: the properties of its keys, and the keystores that they go to. It can be deleted
 * once no key uses it. Its ID is `<vaultId>/<templateId>`.
 */
export class KeyTemplate extends CustomResource {
  declare readonly vaultId: Output<string>;
  declare readonly name: Output<string>;
  declare readonly description: Output<string | undefined>;
  declare readonly namingScheme: Output<string | undefined>;
  declare readonly deactivateOnRotation: Output<boolean | undefined>;
  declare readonly keystoreNamingScheme: Output<string | undefined>;
  /** Instance that the template belongs to. */
  declare readonly instanceId: Output<string>;
  /** UUID of the template. */
  declare readonly templateId: Output<string>;
  /** Incremented by each update. */
  declare readonly version: Output<number>;

  constructor(name: string, args: KeyTemplateArgs, options?: CustomResourceOptions) {
    super(kind.type, name, registrationOf(kind, name, args, options), options);
  }
}

const kind: ResourceKind = {
  type: "pulumi-nodejs:dynamic/uko:KeyTemplate",
  providerText: 'exports.handler=()=>require("pulumi-uko/dynamic-provider").keyTemplate',
  outputs: [
    "description",
    "namingScheme",
    "deactivateOnRotation",
    "keystoreNamingScheme",
    "instanceId",
    "templateId",
    "version",
  ] satisfies (keyof KeyTemplateState)[],
};
