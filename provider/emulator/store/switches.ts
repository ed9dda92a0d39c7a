/**
 * Defines the switches of the emulator, most of them for a behavior that IBM's documents leave open, so that a test can
 * try each possibility. The file also defines the profiles, which are named combinations of switches.
 */

import * as z from "zod";

/**
 * One row for each switch. The default is the documented behavior or, without documentation, the one that is harder for a
 * client.
 */
const rows = {
  /** U9: the effect of `tags` in create and PATCH requests. */
  tags: z.enum(["kept", "dropped", "rejected"]).default("kept"),
  /** Whether a description keeps white space; `collapsed` makes one blank of each run. */
  description: z.enum(["kept", "collapsed"]).default("kept"),
  /** U14: a sync always moves the ETag; this says whether its caller becomes the last writer. */
  syncChangesLastWriter: z.boolean().default(false),
  /** Whether keys show who wrote last (`updated_by`); UKO for z/OS may not. */
  lastWriter: z.enum(["recorded", "absent"]).default("recorded"),
  /** The identity that KMS sees when UKO destroys a key. */
  backingKeyIdentity: z.enum(["caller", "service"]).default("caller"),
  /** Whether `status_in_keystores` of a GET is live, or of the last write, sync or status call. */
  statusFreshness: z.enum(["live", "stale"]).default("live"),
  /** U3: whether two writes in one second share an ETag, or the second moves `updated_at` on. */
  etagGrain: z.enum(["second", "unique"]).default("second"),
  /** U7: how long destroy is refused after a deactivation. */
  coolDownHours: z.number().positive().max(10_000).default(4),
  /** kms-v2-and-iam.md 5: life of a set-for-deletion authorization. */
  kmsWindowHours: z.number().positive().max(10_000).default(168),
  /** kms-v2-and-iam.md 10-3: whether setting a key again moves the window and its setter. */
  kmsSetAgain: z.enum(["latest", "keepFirst"]).default("latest"),
  /** kms-v2-and-iam.md 10-2: which identity KMS compares. */
  kmsIdentity: z.enum(["iam_id", "authn"]).default("iam_id"),
  /** kms-v2-and-iam.md 10-5: whether an expired window is still shown. */
  kmsExpiredWindow: z.enum(["shown", "cleared"]).default("shown"),
  /** kms-v2-and-iam.md 3: whether a KMS key shows `lastUpdateDate` before its first change. */
  kmsFirstUpdate: z.enum(["shown", "absent"]).default("shown"),
  /** uko-v4.md 1.6: the version of UKO's API, as far as IBM's clients show it. */
  apiVersion: z.enum(["4.12", "4.13", "4.14.0", "4.14"]).default("4.14"),
  /** The cloud build of 4.13.0: S5 without If-Match and `mode`, and no CCA (uko-v4.md 1.6). */
  cloudBuild: z.boolean().default(false),
  /** U5: whether the key DELETE knows `force=true` (API 4.14 and later). */
  forceDelete: z.enum(["served", "ignored"]).default("served"),
  /** Whether the user interface's label rules are also the API's (uko-v4.md 3.10). */
  labelRules: z.enum(["api", "keystore"]).default("api"),
  /** U12: the response to a rotation. */
  rotateStatus: z.union([z.literal(200), z.literal(204)]).default(200),
  /** uko-v4.md 4.2: whether a destroyed key's attributes can still be changed. */
  patchDestroyed: z.enum(["accepted", "refused"]).default("accepted"),
  /** Whether an internal keystore shows its instance and ring, which IBM's provider sees as drift. */
  internalKeystoreFields: z.enum(["empty", "filled"]).default("empty"),
  /** The clock of tokens: IBM's clients check expiry by the machine's clock, also after an advance. */
  tokenClock: z.enum(["emulated", "wall"]).default("emulated"),
  /** The product of the instance. Key Protect has KMS alone, and its CRNs name `kms` (kms-v2-and-iam.md 1.2). */
  product: z.enum(["hpcs", "key-protect"]).default("hpcs"),
  /** U32: the form of `href`. */
  hrefs: z.enum(["relative", "absolute"]).default("relative"),
  /** The emulator's own: how many entries its audit trail has at most. */
  auditEntries: z.number().int().min(2).max(1_000_000).default(200_000),
};

/** Fills in the defaults. */
export const switchesSchema = z.strictObject(rows);
export type Switches = z.output<typeof switchesSchema>;
export const switchDefaults = switchesSchema.parse({});

type Choices = { [Name in keyof typeof rows]: z.ZodOptional<ReturnType<(typeof rows)[Name]["unwrap"]>> };
const choices = Object.entries(rows).map(([name, row]) => [name, row.unwrap().optional()] as const);

/** Some of the switches; the others stay as they are. */
export const switchChoices = z.strictObject(Object.fromEntries(choices) as Choices);
export type SwitchChoices = Readonly<z.output<typeof switchChoices>>;

/** The named profiles, as differences from the defaults. */
export const profiles = {
  documented: {},
  "tags-dropped": { tags: "dropped" },
  "tags-rejected": { tags: "rejected" },
  "no-record-location": { tags: "dropped", description: "collapsed" },
  "sync-changes-writer": { syncChangesLastWriter: true },
  "backing-key-as-service": { backingKeyIdentity: "service" },
  "stale-status": { statusFreshness: "stale" },
  "unique-etags": { etagGrain: "unique" },
  "kms-keeps-first": { kmsSetAgain: "keepFirst", kmsExpiredWindow: "cleared" },
  "named-rings": { internalKeystoreFields: "filled" },
  "ibm-clients": { tokenClock: "wall", kmsFirstUpdate: "absent" },
  // Also for IBM's clients, which a team on Key Protect uses.
  "key-protect": { product: "key-protect", tokenClock: "wall", kmsFirstUpdate: "absent" },
  zos: { lastWriter: "absent", tags: "dropped" },
  // IBM's SDKs from 4.12 on have no tags in requests (U9); no source says what a service does with
  // tags.
  "api-4.12": { apiVersion: "4.12", forceDelete: "ignored", tags: "dropped" },
  "api-4.13": { apiVersion: "4.13", forceDelete: "ignored", tags: "dropped" },
  "api-4.13-cloud": { apiVersion: "4.13", cloudBuild: true, forceDelete: "ignored", tags: "dropped" },
  "api-4.14.0": { apiVersion: "4.14.0", tags: "dropped" },
  "api-4.14": { tags: "dropped" },
} as const satisfies Record<string, SwitchChoices>;

export type ProfileName = keyof typeof profiles;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** Resolves a profile and single switches, which take precedence. */
export function resolveSwitches(profile: ProfileName, ...choices: readonly SwitchChoices[]): Switches {
  const chosen = [profiles[profile], ...choices].flatMap((choice) => Object.entries(choice));
  return switchesSchema.parse(Object.fromEntries(chosen.filter(([, value]) => value !== undefined)));
}
