/**
 * Defines the forms of UKO v4's responses (uko-v4.md 3). An empty list of the resources that use a key would allow its
 * deletion, so a missing list makes the response invalid. Tags may be absent, and then the key is not on hold.
 */

import * as z from "zod";
import { listOf, optionalText } from "../http/wire-values.ts";

/** A text or a number, because samples write sizes and counts in both forms. */
export const textOrNumber = z.union([z.string(), z.number()]).transform(String);
export const wholeNumber = z
  .union([z.number(), z.string().regex(/^[0-9]{1,15}$/)])
  .transform(Number)
  .pipe(z.number().int().nonnegative());
export const reference = z.object({ id: optionalText, name: optionalText });
const keystoreReference = reference.extend({ type: optionalText });
export const tag = z.object({ name: z.string(), value: optionalText });

export const errorEnvelope = z.object({
  status_code: z.number().nullish().catch(undefined),
  trace: z.string().nullish(),
  errors: z.array(
    z.object({
      code: optionalText,
      message: optionalText,
      target: z.object({ type: optionalText, name: optionalText }).nullish().catch(undefined),
    }),
  ),
});

export const keystoreStatus = z.object({
  keystore: keystoreReference.nullish(),
  status: z.string(),
  keystore_sync_flag: z.string(),
  keystore_sync_flag_detail: z.string(),
  destruction_policy_duration: optionalText,
  destruction_at: optionalText,
  /** The older name of `destruction_at`, in 4.14.0 and 4.14.1 (uko-v4.md 1.6). */
  destruction_in: optionalText,
  key_id_in_keystore: optionalText,
  error: z.unknown().optional(),
});
export type WireKeystoreStatus = z.output<typeof keystoreStatus>;

export const statusInKeystores = z.object({ status_in_keystores: z.array(keystoreStatus) });

export const managedKey = z.object({
  id: z.string().min(1),
  vault: reference.nullish(),
  template: reference.extend({ alignment_status: optionalText }).nullish(),
  version: wholeNumber.nullish(),
  label: z.string(),
  description: optionalText,
  state: z.string(),
  size: textOrNumber.nullish(),
  algorithm: optionalText,
  activation_date: optionalText,
  expiration_date: optionalText,
  tags: listOf(tag),
  label_tags: listOf(tag),
  is_rotatable: z.boolean().nullish().catch(undefined),
  deactivate_on_rotation: z.boolean().nullish().catch(undefined),
  rotated_at: optionalText,
  created_at: optionalText,
  created_by: optionalText,
  updated_at: optionalText,
  updated_by: optionalText,
  referenced_keystores: z.array(keystoreReference),
  status_in_keystores: z.array(keystoreStatus),
  /** For display only, so a value of an unknown form is dropped. */
  verification_patterns: z
    .array(z.object({ method: optionalText, value: optionalText }))
    .nullish()
    .catch(undefined),
  /** Present from API 4.14 on. */
  key_material_present: z.array(z.string()).nullish(),
});
export type WireManagedKey = z.output<typeof managedKey>;

/** A page of a list (uko-v4.md 3.14); the items have the collection's own name. */
export const page = z.object({ total_count: wholeNumber }).loose();
export const managedKeys = z.array(managedKey);

export const associatedResources = z.array(
  z.object({
    id: optionalText,
    name: optionalText,
    type: optionalText,
    com_ibm_cloud_kms_registration: z
      .object({
        prevents_key_deletion: z.boolean(),
        service_name: optionalText,
        service_instance_name: optionalText,
      })
      .nullish(),
  }),
);

const stamps = {
  created_at: optionalText,
  created_by: optionalText,
  updated_at: optionalText,
  updated_by: optionalText,
};

export const vault = z.object({
  id: z.string().min(1),
  name: optionalText,
  description: optionalText,
  recovery_key_label: optionalText,
  keys_count: wholeNumber.nullish().catch(undefined),
  ...stamps,
});
export type WireVault = z.output<typeof vault>;

/** Loose, because the connection's fields are next to the common ones (uko-v4.md 3.7). */
export const keystore = z
  .object({
    id: z.string().min(1),
    vault: reference.nullish(),
    name: optionalText,
    description: optionalText,
    location: optionalText,
    groups: z.array(z.string()),
    type: z.string(),
    ibm_variant: optionalText,
    status: z.unknown().optional(),
    ...stamps,
  })
  .loose();
export type WireKeystore = z.output<typeof keystore>;

/** The fields that say where a keystore keeps its keys; the code that decides checks them. */
export const keystorePlace = z.object({
  id: z.string().min(1),
  name: optionalText,
  type: optionalText,
  ibm_variant: optionalText,
});
export type WireKeystorePlace = z.output<typeof keystorePlace>;

export const keystoreHealth = z.object({ health_status: optionalText, message: optionalText });

export const template = z.object({
  id: z.string().min(1),
  vault: reference.nullish(),
  name: optionalText,
  description: optionalText,
  version: wholeNumber.nullish(),
  naming_scheme: optionalText,
  type: listOf(z.string()),
  state: optionalText,
  key: z.object({
    size: textOrNumber.nullish().transform((size) => size ?? ""),
    algorithm: optionalText,
    activation_date: optionalText,
    expiration_date: optionalText,
    state: optionalText,
    deactivate_on_rotation: z
      .boolean()
      .nullish()
      .transform((isSet) => isSet ?? false),
  }),
  keystores: z.array(z.object({ group: optionalText, type: optionalText, naming_scheme: optionalText }).loose()),
  ...stamps,
});
export type WireTemplate = z.output<typeof template>;
