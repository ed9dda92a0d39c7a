/**
 * Defines and checks the form of a seed, the JSON file with the objects that an emulator has at its start
 * (sdk/release/emulator/README.md).
 */

import * as z from "zod";
import { templateName, text } from "./forms.ts";
import { keyStates } from "./key-states.ts";
import { keystoreOperations, keystoreTypes, resourceSchema, templateTypes } from "./model.ts";
import { roleNames } from "./roles.ts";
import { isProfileName, switchChoices } from "./switches.ts";

const uuid = text(1, 36, /^[-0-9a-z]+$/);
const ringId = text(2, 100, /^[A-Za-z0-9-]+$/);
const time = z.iso.datetime({ offset: true });
const tag = z.strictObject({ name: z.string().min(1).max(254), value: z.string().max(8192) });
const login = z.strictObject({ iamId: z.string().min(1), name: z.string().min(1), sub: z.string().optional() });

const identity = z.strictObject({
  iamId: z.string().min(1).meta({ description: "`IBMid-…` for a person, `iam-ServiceId-…`, `iam-Profile-…`" }),
  kind: z.enum(["person", "service", "profile"]),
  name: z.string().min(1),
  email: z.string().optional(),
  givenName: z.string().optional(),
  familyName: z.string().optional(),
  apiKey: z.string().min(1).optional(),
  login: login
    .optional()
    .meta({ description: "The person or workload that uses the profile, if the profile has an API key." }),
  assumableBy: z.array(z.string()).max(100).default([]),
  roles: z.array(z.enum(roleNames)).default([]),
  grants: z.array(z.string()).default([]).meta({ description: "Single rights in addition to those of the roles" }),
  denials: z.array(z.string()).default([]).meta({ description: "Single rights of its roles that it lacks" }),
  vaults: z.array(z.string()).optional().meta({ description: "Limited to these vaults" }),
});

const vault = z.strictObject({
  id: uuid.optional(),
  name: z.string().min(1).max(100),
  description: z.string().max(200).default(""),
  recoveryKeyLabel: z.string().optional(),
});

const keystore = z.strictObject({
  id: uuid.optional(),
  name: z.string().min(1).max(100),
  vault: z.string().meta({ description: "ID or name" }),
  type: z.enum(keystoreTypes),
  variant: z.enum(["internal", "hpcs", "key_protect"]).optional(),
  description: z.string().max(200).default(""),
  location: z.string().default(""),
  groups: z.array(z.string()).min(1).max(128).optional().meta({ description: "Its name when absent (U23)" }),
  pendingDays: z.number().min(0).max(365).optional().meta({ description: "The type's default when absent" }),
  refuses: z.array(z.enum(keystoreOperations)).default([]),
  statusResponse: z.enum(["ok", "error", "unknown"]).default("ok"),
  fields: z.record(z.string(), z.unknown()).default({}),
});

const template = z.strictObject({
  id: uuid.optional(),
  name: templateName,
  vault: z.string(),
  description: z.string().max(200).default(""),
  keystoreType: z.enum(keystoreTypes),
  group: z.string().min(1).max(200),
  keystoreNamingScheme: z.string().optional(),
  keystoreFields: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: "The fields that Azure, Google and CCA add to a template." }),
  keyState: z.enum(["active", "pre_activation"]).default("active"),
  algorithm: z.enum(["aes", "des", "dilithium", "ec", "hmac", "rsa"]).default("aes"),
  size: z.string().default("256"),
  activationPeriod: z.string().default("P0D"),
  expirationPeriod: z.string().default("P2Y"),
  archived: z.boolean().default(false),
  type: z.enum(templateTypes).default("user_defined"),
  namingScheme: z.string().optional(),
  deactivateOnRotation: z.boolean().default(false),
});

const key = z.strictObject({
  id: uuid.optional(),
  label: z.string().min(1).max(255),
  vault: z.string(),
  template: z.string(),
  state: z.enum(keyStates).optional().meta({ description: "The template's when absent" }),
  description: z.string().max(200).default(""),
  tags: z.array(tag).max(128).default([]),
  activationDate: z.iso.date().optional(),
  expirationDate: z.iso.date().optional(),
  createdAt: time.optional(),
  createdBy: z.string().optional(),
  updatedAt: time.optional(),
  updatedBy: z.string().optional(),
  deactivatedAt: time.optional(),
  destroyedAt: time.optional(),
  resources: z.array(resourceSchema).default([]),
  dualAuthDelete: z.boolean().default(false).meta({ description: "KMS dual authorization on the backing key" }),
  setForDeletion: z.strictObject({ by: z.string(), at: time }).optional(),
});

const kmsKey = z.strictObject({
  id: uuid.optional(),
  name: z.string().min(2).max(90),
  ring: z.string().optional().meta({ description: "`default` when absent" }),
  description: z.string().max(240).optional(),
  aliases: z.array(z.string()).max(5).default([]),
  tags: z.array(z.string()).max(30).default([]),
  extractable: z.boolean().default(false).meta({ description: "True for a standard key" }),
  payload: z.base64().optional().meta({ description: "Imported material" }),
  state: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(5)]).default(1),
  expirationDate: time.optional(),
  createdAt: time.optional(),
  createdBy: z.string().optional(),
  deletedAt: time.optional(),
  resources: z.array(resourceSchema).default([]),
  dualAuthDelete: z.boolean().default(false),
  setForDeletion: z.strictObject({ by: z.string(), at: time }).optional(),
});

export const seedSchema = z.strictObject({
  instance: z.strictObject({
    id: uuid,
    accountId: z.string().default("emulated-account"),
    region: z.string().default("eu-de"),
    dualAuthDelete: z.boolean().default(false).meta({ description: "KMS instance policy: new KMS keys start with it" }),
  }),
  clock: z
    .strictObject({ start: time.optional(), frozen: z.boolean().optional(), tickMs: z.number().min(0).optional() })
    .default({}),
  profile: z.string().refine(isProfileName, "no such profile").optional(),
  switches: switchChoices.default({}),
  identities: z.array(identity).min(1).max(1_000),
  vaults: z.array(vault).max(1_000).default([]),
  keystores: z.array(keystore).max(1_000).default([]),
  templates: z.array(template).max(1_000).default([]),
  keys: z.array(key).max(20_000).default([]),
  keyRings: z
    .array(ringId)
    .max(50)
    .default([])
    .meta({ description: "In addition to `default` and those of keystores" }),
  kmsKeys: z.array(kmsKey).max(20_000).default([]).meta({ description: "KMS keys that do not back a managed key" }),
});

/** The form of a seed file, in which defaults can be left out. */
export type Seed = z.input<typeof seedSchema>;
export type CheckedSeed = z.output<typeof seedSchema>;

/** Checks a seed. The error names every mistake with its place. */
export function checkSeed(seed: unknown): CheckedSeed {
  const parsed = seedSchema.safeParse(seed);
  if (parsed.success) return parsed.data;
  throw new Error(`The seed is not valid.\n${z.prettifyError(parsed.error)}`);
}
