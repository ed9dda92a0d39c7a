/**
 * Defines the fields of a key in requests that create or change it, with their patterns (uko-v4.md 2.5, 3.1, 3.10). If
 * a switch of the emulator says so, the file also checks a label by the rules of IBM's user interface for the type of
 * keystore. It adds a template's period to a date (3.5).
 */

import * as z from "zod";
import type { Call } from "../http/responses.ts";
import { jsonObject, Refusal } from "../http/responses.ts";
import { templateName, text, vaultSchema } from "../store/forms.ts";
import { attributeForm } from "../store/key-attributes.ts";
import type { KeystoreType } from "../store/model.ts";
import { invalid, parseBody } from "./envelope.ts";

const label = text(1, 255, /^[A-Za-z0-9._ /-]+$/);

const createSchema = z.strictObject({
  template_name: templateName,
  vault: vaultSchema,
  label: label.optional(),
  ...attributeForm("createManagedKey"),
});

const patchSchema = z.strictObject({ label: label.optional(), ...attributeForm("updateManagedKey") });

export type CreateFields = z.output<typeof createSchema>;
export type PatchFields = z.output<typeof patchSchema>;

export function parseCreation(call: Call): CreateFields {
  return checked(call, createSchema);
}

export function parsePatch(call: Call): PatchFields {
  return checked(call, patchSchema);
}

function checked<Schema extends z.ZodObject>(call: Call, schema: Schema): z.output<Schema> {
  // U9: services from API 4.12.6 on may not know `tags` in requests.
  if (call.world.switches.tags === "rejected" && jsonObject(call)?.tags !== undefined) throw invalid("field", "tags");
  return parseBody(call, schema);
}

const labelRules = {
  ibm_cloud_kms: /^[A-Za-z0-9 ]{2,50}$/,
  aws_kms: /^(?!AWS\/)[A-Za-z0-9/_-]{1,250}$/,
  azure_key_vault: /^[A-Za-z0-9-]{1,127}$/,
  google_kms: /^[A-Za-z0-9_-]{1,63}$/,
  cca: /^.{1,64}$/,
} as const satisfies Record<KeystoreType, RegExp>;

/** Applies the user interface's rules for labels, by type of keystore, if a switch says that the API has them, too. */
export function checkLabelRule(call: Call, type: KeystoreType, text: string): void {
  if (call.world.switches.labelRules === "keystore" && !labelRules[type].test(text)) throw invalid("field", "label");
}

/** Adds a template's period such as `P5Y1M1W2D` to a date (uko-v4.md 3.5). */
export function addPeriod(fromMs: number, period: string): string {
  if (!/^P(\d+[YMWD])+$/.test(period)) throw new Refusal(500, "internal", "The template's period is not readable.");
  const at = new Date(fromMs);
  for (const [, amount, unit] of period.matchAll(/(\d+)([YMWD])/g)) {
    const count = Number(amount);
    if (unit === "Y") at.setUTCFullYear(at.getUTCFullYear() + count);
    else if (unit === "M") at.setUTCMonth(at.getUTCMonth() + count);
    else at.setUTCDate(at.getUTCDate() + count * (unit === "W" ? 7 : 1));
  }
  return at.toISOString().slice(0, 10);
}
