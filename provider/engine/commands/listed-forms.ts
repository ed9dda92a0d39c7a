/**
 * Defines what `uko ls` shows of each kind of object, once for the code and for the published JSON Schema. A program
 * imports the types alone, so `uko ls` does not load the forms.
 */

import * as z from "zod";
import { holdKinds } from "../../lifecycle/consent/hold.ts";
import { lifecycleStates } from "../../lifecycle/key/lifecycle-state.ts";
import type { ListedKind } from "./listed-kinds.ts";

const id = (of: string) => z.string().describe(`UUID of the ${of}`);
const inVault = { vaultId: id("vault"), vault: z.string().describe("Name of the vault") };

export const listedForms = {
  vault: z.object({
    resource: z.literal("vault"),
    vaultId: id("vault"),
    name: z.string(),
    description: z.string(),
  }),
  keystore: z.object({
    ...inVault,
    resource: z.literal("keystore"),
    keystoreId: id("keystore"),
    name: z.string(),
    type: z.string(),
    health: z.string(),
    groups: z.array(z.string()),
  }),
  template: z.object({
    ...inVault,
    resource: z.literal("template"),
    templateId: id("template"),
    name: z.string(),
    algorithm: z.string(),
    size: z.string(),
    keyState: z.string().describe("The state in which its keys start"),
    isArchived: z.boolean(),
  }),
  key: z.object({
    ...inVault,
    resource: z.literal("key"),
    keyId: id("key"),
    label: z.string(),
    lifecycleState: z.enum(lifecycleStates),
    keyState: z.string(),
    template: z.string(),
    algorithm: z.string(),
    size: z.string(),
    keystores: z.array(z.string()),
    holds: z
      .array(
        z.object({
          kind: z.enum([...holdKinds, "other"]).describe("other: a text that uko did not write"),
          text: z.string().describe("The hold as the tag has it"),
          until: z.string().describe("The last day (UTC); absent if the hold has no end").optional(),
          ticket: z.string().optional(),
          setBy: z.string().describe("Who is said to have set the hold").optional(),
          since: z.string().describe("The first day").optional(),
        }),
      )
      .describe("The holds in force"),
  }),
  kms: z.object({
    resource: z.literal("kms"),
    keyId: id("key"),
    name: z.string(),
    keyState: z.string(),
    type: z.enum(["root", "standard"]),
    isImported: z.boolean().describe("Whether the key material was imported"),
    aliases: z.array(z.string()),
    keyRing: z.string(),
    dualAuthDelete: z.boolean().describe("Whether KMS demands two people for the deletion, for good"),
    windowEndsAt: z.string().describe("The end of the open deletion window, ISO 8601 UTC").optional(),
    restorableUntil: z.string().describe("Until when KMS can restore the destroyed key, ISO 8601 UTC").optional(),
  }),
} as const satisfies Record<ListedKind, z.ZodObject>;

/** A list as its readers get it. */
type ReadOnly<Value> = {
  readonly [Name in keyof Value]: Value[Name] extends (infer Each)[] ? readonly Each[] : Value[Name];
};

export type Listed = { readonly [Kind in ListedKind]: ReadOnly<z.infer<(typeof listedForms)[Kind]>> }[ListedKind];
export type ListedOf<Kind extends ListedKind> = Extract<Listed, { readonly resource: Kind }>;
