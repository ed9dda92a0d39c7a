/**
 * Defines and parses `campaign.yaml`, in which people propose which keys a campaign deletes, and when. The file has
 * waves, and rules that give keys their class (what happens to a key), wave and owner. It also has the deadline, the
 * scope and blackouts. The parser refuses anchors, aliases and tags of YAML, unknown
 * fields, and entries that contradict each other. The file cannot name endpoints, hosts, commands or signers. So a
 * person who can edit it cannot send a colleague's credential elsewhere or run a program.
 */

import { isAlias, isNode, LineCounter, parseDocument, visit } from "yaml";
import * as z from "zod";
import { plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { dayMs, keyClasses } from "../rules/campaign.ts";
import { explainIssues, isoDate, mebibyte, requireFormat, uuid } from "./file-forms.ts";

export const campaignFileName = "campaign.yaml";
export const campaignFormat = "uko-campaign-1";

const minuteMs = 60_000;
const units: Readonly<Record<string, number>> = { m: minuteMs, h: 60 * minuteMs, d: dayMs };

/** A name that a shell takes as it is, because commands to paste have it. */
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "use lowercase letters, digits and hyphens, at most 40 characters");
const line = z.string().min(1).max(500);
const glob = z.string().min(1).max(255);
/** One text, or a list of which one has to fit. */
const textOrList = z
  .union([glob, z.array(glob).min(1).max(10_000)])
  .transform((given): readonly string[] => (typeof given === "string" ? [given] : given));
const duration = z
  .string()
  .regex(/^[0-9]{1,4}[mhd]$/, "use a number and m, h or d, such as 7d")
  .transform((text) => Number.parseInt(text, 10) * (units[text.slice(-1)] ?? 0));
const match = z
  .strictObject({
    kind: z.enum(["managed", "kms"]).optional(),
    id: z.array(uuid).min(1).max(10_000).optional(),
    vault: textOrList.optional().meta({ description: "IDs of vaults, or globs on their names" }),
    label: glob.optional().meta({ description: "Glob on the label" }),
    template: glob.optional().meta({ description: "Glob on the template's name" }),
    state: textOrList.optional().meta({ description: "States, as the service lists them" }),
    keystore: textOrList.optional().meta({ description: "Types of keystores" }),
    tag: z.strictObject({ name: line, value: z.string().max(500).optional() }).optional(),
    createdBefore: isoDate.optional(),
    createdFrom: isoDate.optional(),
  })
  .transform(({ createdBefore, createdFrom, ...rest }) => ({
    ...rest,
    createdBeforeMs: createdBefore,
    createdFromMs: createdFrom,
  }));

const rule = z.strictObject({
  match,
  class: z.enum(keyClasses),
  wave: slug,
  owner: line.optional().meta({ description: "A name, or tag:NAME for the value of this tag on each key" }),
  reason: line.optional(),
  ticket: line.optional(),
  override: line.optional().meta({ description: "The reason for which recent use does not block the key" }),
});

const hour = 60 * minuteMs;
const wave = z
  .strictObject({
    name: slug,
    after: z.array(slug).max(100).default([]),
    soak: duration
      .refine((ms) => ms >= 4 * hour && ms <= 365 * dayMs, "at least 4h, at most 365d")
      .optional()
      .meta({ description: "7d if absent, and 6d for keys with KMS dual authorization" }),
    maxFailures: z.number().int().min(0).max(10_000).default(0),
    ticket: line.optional(),
  })
  .transform(({ soak, ...rest }) => ({ ...rest, soakMs: soak }));

export const warningWords = z
  .array(z.string().max(100).regex(/\p{L}/u, "use at least one letter"))
  .max(200)
  .meta({ description: "Words of a description or tag that warn of a deletion, in addition to those that uko knows" });

const blackout = z
  .strictObject({
    from: isoDate,
    to: isoDate.meta({ description: "The last day" }),
    reason: line,
  })
  .refine(({ from, to }) => from <= to, "to must not be earlier than from")
  .transform(({ from, to, reason }) => ({ fromMs: from, untilMs: to + dayMs, reason }));

export const campaignFile = z.strictObject({
  format: z.literal(campaignFormat),
  name: slug,
  instance: uuid,
  instanceEnds: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the instance ends, and with it each key that has no copy outside of it" }),
  deadline: isoDate.meta({ description: "The last day on which key material may be pending destruction" }),
  lastDeadline: isoDate.optional().meta({ description: "A later date that is also shown" }),
  scope: z
    .strictObject({
      vaults: z.array(uuid).min(1).max(1_000).optional().meta({ description: "All readable vaults if absent" }),
      kmsKeys: z.boolean().default(true).meta({ description: "Whether KMS keys outside UKO take part" }),
    })
    .prefault({}),
  pendingDays: z
    .record(z.string().min(1), z.number().int().min(0).max(365))
    .default({})
    .meta({ description: "Pending period by ID or type of keystore, where it differs from the usual one" }),
  waves: z.array(wave).min(1).max(200),
  rules: z.array(rule).max(2_000),
  blackouts: z.array(blackout).max(200).default([]),
  warningWords: warningWords.default([]),
  takingPart: z
    .array(glob)
    .max(1_000)
    .default([])
    .meta({ description: "Addresses or URNs of declared keys whose stacks take part" }),
});

export type Campaign = z.output<typeof campaignFile>;
export type CampaignRule = Campaign["rules"][number];

/**
 * The rule for a key that no rule names: `leave`. No wave of campaign.yaml can have this name, which is a word that a
 * shell takes as it is.
 */
export const unnamed: CampaignRule = {
  match: { createdBeforeMs: undefined, createdFromMs: undefined },
  class: "leave",
  wave: "no-rule",
};

/** Throws UKO_INPUT_INVALID with the place of each mistake. */
export function parseCampaign(text: string): Campaign {
  const value = parsePlainYaml(text);
  requireFormat(value, campaignFormat, campaignFileName);
  const parsed = campaignFile.safeParse(value);
  if (!parsed.success) throw invalid(`${campaignFileName} is not valid`, explainIssues(parsed.error.issues));
  const faults = crossFaults(parsed.data);
  if (faults.length > 0) throw invalid(`${campaignFileName} contradicts itself`, faults);
  return parsed.data;
}

function parsePlainYaml(text: string): unknown {
  if (text.length > mebibyte) throw invalid(`${campaignFileName} is larger than 1 MiB`, []);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: "1.2", schema: "core", lineCounter, merge: false, strict: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined)
    throw invalid(`${campaignFileName} is not YAML that uko accepts`, [fault.message.split("\n")[0] ?? ""]);
  const refused: string[] = [];
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    const { line: at } = lineCounter.linePos(node.range?.[0] ?? 0);
    if (isAlias(node) || node.anchor !== undefined) refused.push(`line ${at}: anchors and aliases are not allowed`);
    if (node.tag !== undefined) refused.push(`line ${at}: tags such as ${plain(node.tag, 40)} are not allowed`);
  });
  if (refused.length > 0) throw invalid(`${campaignFileName} is not plain YAML`, refused);
  return document.toJS({ maxAliasCount: 0 });
}

/** Mistakes between entries: names that occur twice, name nothing, or lead in a circle. */
function crossFaults({ waves, rules, deadline, lastDeadline }: Campaign): readonly string[] {
  const names = new Set<string>();
  const faults: string[] = [];
  for (const { name, after } of waves) {
    if (names.has(name)) faults.push(`waves: "${name}" is named twice`);
    if (name === unnamed.wave) faults.push(`waves: "${name}" is the wave of the keys that no rule names`);
    // A wave may follow earlier entries only, so that no circle is possible.
    for (const other of after) {
      if (!names.has(other)) faults.push(`waves: "${name}" comes after "${other}", which is not an earlier entry`);
    }
    names.add(name);
  }
  for (const [index, each] of rules.entries()) {
    if (!names.has(each.wave)) faults.push(`rules[${index}]: wave "${each.wave}" does not exist`);
  }
  if (lastDeadline !== undefined && lastDeadline < deadline) faults.push("lastDeadline is earlier than deadline");
  return faults;
}

function invalid(summary: string, faults: readonly string[]): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary,
    detail: [...faults, "Nothing was changed. Next: correct the file, then run the command again"].join("\n"),
  });
}
