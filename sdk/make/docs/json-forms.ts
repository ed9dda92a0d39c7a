/**
 * The forms of the JSON that `uko` prints, from which the published JSON Schemas are made. A reader
 * must accept fields that a later release adds.
 */

import * as z from "zod";
import { evidenceLine } from "../../../provider/engine/commands/audit.ts";
import { listedKinds } from "../../../provider/engine/commands/listing.ts";
import { type ErrorCode, errorCatalogue } from "../../../provider/errors.ts";
import { kmsLifecycleStates } from "../../../provider/lifecycle/kms-key-states.ts";
import { lifecycleStates } from "../../../provider/lifecycle/lifecycle-state.ts";
import { approvedSteps } from "../../../provider/lifecycle/observation.ts";

const v = z.literal(1).describe("Version of the form; it changes if a field changes its meaning");
const time = (what: string) => z.string().describe(`${what}, ISO 8601 UTC`);
const id = (of: string) => z.string().describe(`UUID of the ${of}`);
const roles = z.array(z.string()).describe("Roles, one of which the step requires");
const exitCode = z.number().int().describe("0 done, 1 error, 10 approval, 11 time, 12 blocked, 13 missing right");
const code = z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]).describe("Explained by uko explain");
const keyStates = z.enum([...new Set([...lifecycleStates, ...kmsLifecycleStates, "gone" as const])]);
const reasons = z
  .array(z.object({ author: z.string(), name: z.string().optional(), reason: z.string() }))
  .describe("The reasons in the record on the key, oldest first");

const pending = {
  notBefore: time("The next step is refused before this time").optional(),
  requestedBy: z.string().describe("IAM ID of the author of the pending record").optional(),
  recordId: z.string().describe("ID of the pending record, or the name of the KMS window").optional(),
  recordLapsesAt: time("When the pending record expires").optional(),
  neededRoles: roles.optional(),
  excludedIdentity: z.string().describe("IAM ID of the person who cannot take the step").optional(),
  reasons: reasons.optional(),
};

const nextStep = z.object({
  who: z.string().describe("Who can run the commands and when, for people"),
  commands: z.array(z.string()).describe("Alternatives; with isEach, all of them"),
  neededRoles: roles.optional(),
  excludedIdentity: z.string().describe("IAM ID of the person who cannot run the commands").optional(),
  notBefore: time("The commands are refused before this time").optional(),
  isEach: z.literal(true).optional(),
  isSequel: z.literal(true).describe("This step comes after the previous one").optional(),
});

const report = z
  .object({
    v,
    instanceId: id("instance"),
    vaultId: z.string().describe("UUID of the vault; empty for a KMS key"),
    keyId: id("key"),
    label: z.string().optional(),
    lifecycleState: keyStates,
    keyState: z.string().describe("The state as the service reports it").optional(),
    deletion: z.object({
      awaits: z.enum(["approval", "time", "person_to_unblock"]).optional(),
      ...pending,
      nextStep: z
        .enum([...approvedSteps, "remove"])
        .describe("In uko requests: the step that comes next")
        .optional(),
      requestedAt: time("In uko requests: when the record on the key was written").optional(),
      requestedByName: z.string().describe("In uko requests: the name that the author gave").optional(),
      isOwn: z.boolean().describe("In uko requests: whether the caller wrote the record").optional(),
      canAct: z.boolean().describe("In uko requests: whether the caller can take the next step with a role").optional(),
      cannotActBecause: z.string().describe("In uko requests: why not, for people").optional(),
      recordExpiredAt: time("When the record on the key expired").optional(),
    }),
    taken: z.array(z.string()).describe("The changes that this run made, in order"),
    explanation: z.object({
      summary: z.string(),
      facts: z.array(z.string()),
      state: z.string().optional(),
      isUnchanged: z.literal(true).optional(),
      next: z.array(nextStep),
      code: code.optional(),
    }),
    code: code.optional(),
    exitCode,
  })
  .describe("One key, as the commands about keys print it with --json");

const reportLine = z
  .object({
    v,
    time: time("When the run ended"),
    operation: z.string(),
    instanceId: id("instance"),
    resource: z.string().describe("Absent for a managed key").optional(),
    vaultId: z.string(),
    keyId: z.string(),
    label: z.string().optional(),
    lifecycleState: z.string().optional(),
    awaits: z.string().optional(),
    ...pending,
    code: code.optional(),
    exitCode,
    taken: z.array(z.string()).optional(),
    actor: z.object({ iamId: z.string(), name: z.string() }),
  })
  .describe("One line of the file in UKO_REPORT");

const error = z
  .object({
    v,
    vaultId: z.string().optional(),
    keyId: z.string().optional(),
    error: z.object({ code, summary: z.string(), detail: z.string() }),
    exitCode,
  })
  .describe("An error, of one key or of the whole run");

const inVault = { v, vaultId: id("vault"), vault: z.string().describe("Name of the vault") };
const listing = z
  .discriminatedUnion("resource", [
    z.object({
      v,
      resource: z.literal(listedKinds[0]),
      vaultId: id("vault"),
      name: z.string(),
      description: z.string(),
    }),
    z.object({
      ...inVault,
      resource: z.literal(listedKinds[1]),
      keystoreId: id("keystore"),
      name: z.string(),
      type: z.string(),
      health: z.string(),
      groups: z.array(z.string()),
    }),
    z.object({
      ...inVault,
      resource: z.literal(listedKinds[2]),
      templateId: id("template"),
      name: z.string(),
      algorithm: z.string(),
      size: z.string(),
      keyState: z.string().describe("The state in which its keys start"),
      isArchived: z.boolean(),
    }),
    z.object({
      ...inVault,
      resource: z.literal(listedKinds[3]),
      keyId: id("key"),
      label: z.string(),
      lifecycleState: z.enum(lifecycleStates),
      keyState: z.string(),
      template: z.string(),
      algorithm: z.string(),
      size: z.string(),
      keystores: z.array(z.string()),
    }),
  ])
  .describe("One object, as uko ls --json prints it");

const caller = z
  .object({
    v,
    instanceId: id("instance"),
    iamId: z.string().describe("Absent if the token names no identity").optional(),
    name: z.string(),
    writesAs: z.string().describe("The identity that the service writes on keys, if it differs").optional(),
    isPerson: z.boolean(),
    mayRequest: z.boolean(),
    accountId: z.string().optional().meta({ description: "Absent if the token does not name the account" }),
    tokenExpiresAt: z.string().optional().meta({ description: "ISO 8601 UTC; absent if the token does not say" }),
    isTokenRenewed: z.boolean().meta({ description: "Whether uko requests another token before this one expires" }),
    lists: z.array(
      z.object({
        what: z.enum(["vaults", "keys", "keystores", "templates", "KMS keys"]),
        result: z.enum(["listed", "right_missing", "unknown"]),
        count: z.number().int().optional(),
      }),
    ),
  })
  .describe("The caller, as uko whoami --json prints it");

const check = z
  .object({
    v,
    check: z.string().describe("What was checked"),
    level: z.enum(["ok", "warn", "fail"]),
    says: z.string(),
    do: z.string().describe("What to do, or what exists; may have several lines").optional(),
  })
  .describe("One check, as uko doctor --json prints it");

const explanation = z
  .object({
    v,
    code,
    summary: z.string(),
    retryable: z.boolean().describe("Whether the same command can succeed later without any repair"),
    exitCode,
    text: z.string().describe("The section of the page about codes, as Markdown"),
  })
  .describe("One code, as uko explain --json prints it");

const auditStep = evidenceLine
  .omit({ phase: true })
  .extend({
    isConfirmed: z.boolean().describe("Whether a line reports the step as done"),
    single: z.boolean().describe("Whether one person alone took a step that requires two").optional(),
  })
  .describe("One step, as uko audit --json prints it");

const count = z.number().int();
const sweep = z
  .object({
    v,
    sweep: z.object({
      removable: count,
      waiting: count,
      blocked: count,
      removed: count,
      failed: count,
      isDry: z.boolean().describe("Whether the run only showed what it would remove"),
    }),
  })
  .describe("The last line of uko sweep --json; the lines before it are reports");

/** Each form by the name of its file in provider/docs/reference/schemas. */
export const jsonForms = {
  report,
  "report-line": reportLine,
  error,
  listing,
  caller,
  check,
  explanation,
  "audit-step": auditStep,
  sweep,
} as const;

export const jsonFormNames = Object.keys(jsonForms) as readonly (keyof typeof jsonForms)[];

export function jsonSchemaText(name: keyof typeof jsonForms): string {
  const schema = z.toJSONSchema(jsonForms[name], { io: "input" });
  return `${JSON.stringify({ title: `uko: ${name}`, ...schema }, undefined, 2)}\n`;
}
