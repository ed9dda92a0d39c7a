/**
 * Vaults, keystores and templates on the wire (uko-v4.md 3.5-3.8, 3.12), parsed as tolerantly as
 * keys, and as strictly.
 */

import * as z from "zod";
import { listOf, optionalText, reference, textOrNumber, wholeNumber } from "./wire.ts";

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

/**
 * The fields that locate a keystore's keys; the decision itself judges the values of type and
 * variant.
 */
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
    size: textOrNumber.nullish(),
    algorithm: optionalText,
    activation_date: optionalText,
    expiration_date: optionalText,
    state: optionalText,
    deactivate_on_rotation: z.boolean().nullish(),
  }),
  keystores: z.array(z.object({ group: optionalText, type: optionalText, naming_scheme: optionalText }).loose()),
  ...stamps,
});
export type WireTemplate = z.output<typeof template>;
