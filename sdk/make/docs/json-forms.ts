/**
 * The forms of the JSON that `uko` prints, from which the published JSON Schemas are made. A reader
 * must accept fields that a later release adds.
 */

import * as z from "zod";
import { outcomes } from "../../../provider/certificate/statement.ts";
import { sources } from "../../../provider/certificate/verify.ts";
import { evidenceLine } from "../../../provider/engine/commands/audit.ts";
import { listedForms } from "../../../provider/engine/commands/listed-forms.ts";
import { awaitedThings, lifecycleStates } from "../../../provider/lifecycle/key/lifecycle-state.ts";
import { kmsLifecycleStates } from "../../../provider/lifecycle/kms-key/kms-key-states.ts";
import { approvedSteps } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { recordingLine } from "../../../provider/probe/recording.ts";
import { pendingFields } from "../../../provider/resources/shared-inputs.ts";
import { campaignJsonForms } from "./campaign-json-forms.ts";
import { code, exitCode, id, time, v } from "./json-parts.ts";

const roles = z.array(z.string()).describe("Roles, one of which the step requires");
const keyStates = z.enum([...new Set([...lifecycleStates, ...kmsLifecycleStates, "gone" as const])]);
const reason = z.object({ author: z.string(), name: z.string().optional(), reason: z.string() });
const reasons = z.array(reason).describe("The reasons in the record on the key, oldest first");

const pending = {
  ...pendingFields,
  awaits: z.enum(awaitedThings).optional(),
  recordId: z.string().describe("ID of the pending record, or the name of the KMS window").optional(),
  neededRoles: roles.optional(),
  excludedIdentity: z.string().describe("IAM ID of the person who cannot take the step").optional(),
  reasons: reasons.optional(),
  unapprovedStep: z
    .object({
      step: z.enum(approvedSteps),
      lastWriter: z.string().describe("IAM ID of the last writer").optional(),
      lastWriteAt: time("When the last write to the key was").optional(),
    })
    .describe("The last step of the deletion, if no approval of it by a second person is known")
    .optional(),
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

const keyCheckValues = z
  .array(z.object({ method: z.string(), value: z.string() }))
  .describe("Fingerprints of the material");

const shownKey = z
  .object({
    holds: z.array(z.string()).describe("The holds in force"),
    createdAt: time("When the key was created").optional(),
    createdBy: z.string().describe("IAM ID").optional(),
    algorithm: z.string(),
    size: z.string(),
    template: z.string(),
    keyCheckValues,
    keystores: z
      .array(z.object({ name: z.string(), type: z.string(), keyId: z.string(), status: z.string() }))
      .describe("keyId is the ID of the key in the keystore, and status what the keystore says of it"),
    usedBy: z
      .array(z.object({ name: z.string(), service: z.string() }))
      .describe("The resources that use the key, as far as UKO knows; absent if they were not read")
      .optional(),
    useUnreadable: z.string().describe("Why the resources could not be listed").optional(),
    useUnseenIn: z.array(z.string()).describe("Types of keystores for which UKO does not report who uses the key"),
    outlivesServiceUntil: time("Set if the keystores would hold the material after the service ends").optional(),
    pastLabels: z
      .array(z.object({ label: z.string(), seenAt: z.string(), source: z.enum(["evidence", "manifest"]) }))
      .describe("Other labels under which this machine knew the key, the newest first"),
    exceptions: z.array(z.string()).describe("Why the key is unusual, such as renamed, in use or recent"),
    said: z
      .object({
        requester: z.string().describe("IAM ID; absent without a request that counts").optional(),
        label: z.string(),
        description: z.string(),
        warnings: z.array(z.string()).describe("The description, and each tag, that warns of a deletion"),
        reasons,
        activationDate: z.string(),
        wroteBeforeAt: time("When the requester wrote to the key before the request").optional(),
      })
      .describe("What the requester, or a person who may write to the key, can choose"),
  })
  .describe("In uko status, uko plan and uko requests: what people see of a managed key before they decide about it");

const report = z
  .object({
    v,
    instanceId: id("instance"),
    vaultId: z.string().describe("UUID of the vault; empty for a KMS key"),
    keyId: id("key"),
    label: z.string().optional(),
    lifecycleState: keyStates,
    keyState: z.string().describe("The state as the service reports it").optional(),
    dualAuthDelete: z.boolean().describe("Of a KMS key: whether KMS demands two people, for good").optional(),
    usedBy: z
      .array(z.string())
      .describe("Of a KMS key: the CRNs of the resources that use it; absent if they cannot be read")
      .optional(),
    key: shownKey.optional(),
    deletion: z.object({
      ...pending,
      isUnconfirmed: z.literal(true).describe("The caller must confirm that they made the approved request").optional(),
      nextStep: z
        .enum([...approvedSteps, "remove"])
        .describe("In uko requests: the step that comes next")
        .optional(),
      requestedAt: time("In uko requests: when the request was written").optional(),
      campaign: z
        .object({ name: z.string(), wave: z.string() })
        .describe("The campaign and the wave for which the record on the key was made; only a text on the key says so")
        .optional(),
      isOwn: z.boolean().describe("In uko requests: whether the caller wrote the request or the approval").optional(),
      canAct: z.boolean().describe("In uko requests: whether the caller can take the next step with a role").optional(),
      cannotActBecause: z
        .string()
        .describe("In uko requests: why the caller cannot take the next step, for people")
        .optional(),
      lastWriter: z
        .string()
        .describe("In uko requests, for a key that waits for its request: IAM ID of its last writer")
        .optional(),
      lastWriteAt: time("In uko requests, for a key that waits for its request: when the last write was").optional(),
      voidBecause: z
        .string()
        .describe("Why the record on the key does not count, such as edited: another person wrote to the key after it")
        .optional(),
      recordExpiredAt: time("When the record on the key expired").optional(),
      declined: reason.extend({ at: time("When the last request was declined") }).optional(),
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
    time: time("When the run ended, or a wait within it began"),
    operation: z.string(),
    instanceId: id("instance"),
    resource: z.string().describe("Absent for a managed key").optional(),
    vaultId: z.string(),
    keyId: z.string(),
    label: z.string().optional(),
    lifecycleState: keyStates.optional(),
    ...pending,
    code: code.optional(),
    exitCode,
    isWaiting: z
      .literal(true)
      .describe("A wait begins within the run; code and exitCode are those with which the run would end now")
      .optional(),
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

const listing = z
  .discriminatedUnion("resource", [
    z.object({ v, ...listedForms.vault.shape }),
    z.object({ v, ...listedForms.keystore.shape }),
    z.object({ v, ...listedForms.template.shape }),
    z.object({ v, ...listedForms.key.shape }),
    z.object({ v, ...listedForms.kms.shape }),
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
        isMore: z.boolean().describe("Whether uko counted the keys of the first vaults only").optional(),
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

const person = z.object({ iamId: z.string().optional(), name: z.string().optional() });
const behind = person.extend({
  recordId: z.string().describe("ID of the consent record").optional(),
  at: z.string().describe("When the person wrote the record").optional(),
  reason: z.string().optional(),
});
const auditStep = evidenceLine
  .omit({ phase: true })
  .extend({
    step: z.string().describe("The step; not_recorded if the state changed and no line says how"),
    isConfirmed: z.boolean().describe("Whether a line reports the step as done, or a later run found its effect"),
    about: z.string().describe("For a consent record: the step that it requests or approves").optional(),
    requester: behind.optional(),
    approver: behind.optional(),
    isSingle: z
      .boolean()
      .describe("Whether one person alone took a step that can require two; absent if not known")
      .optional(),
    isRefused: z
      .literal(true)
      .describe("uko refused the approval, because its person had made the request; nothing happened to the key")
      .optional(),
    isUnapproved: z
      .literal(true)
      .describe("A run saw the step on the key, and no approval of it is known; who took it is not recorded")
      .optional(),
    event: z.string().describe("The action of an audit event, for a change that no line shows").optional(),
    isOnlyStated: z.literal(true).describe("Audit events were passed, and none shows the step").optional(),
  })
  .describe("One step, as uko audit --json prints it");

const count = z.number().int();
const hold = z
  .object({
    v,
    key: z.string().describe("<vaultId>/<keyId>"),
    hold: z.object({
      kind: z.enum(["changed", "unchanged", "left"]),
      ended: z
        .object({ id: z.string(), step: z.string(), author: z.string() })
        .describe("The request or approval that was pending, and that the hold or release ended")
        .optional(),
      held: z.string().describe("The hold that the key had already").optional(),
      released: z.string().describe("The hold that the release ended").optional(),
      remaining: z.string().describe("The holds that still stop the key after the release").optional(),
      why: z.string().describe("Why nothing was changed").optional(),
      isRightMissing: z.literal(true).optional(),
    }),
    exitCode,
  })
  .describe("The line that uko hold --json prints");

const sha256 = z.string().describe("SHA-256 in hexadecimal digits");
const subject = { subject: z.string().describe("<instanceId>/<vaultId>/<keyId>, or <instanceId>/kms/<keyId>") };
const act = z.object({
  did: z.array(z.enum(["requested", "approved", "executed"])),
  step: z.string(),
  iamId: z.string().describe("Empty if the evidence does not name the person"),
  at: z.string().describe("Absent if the evidence does not have the request").optional(),
  startedAt: z.string().describe("The time before the call of the step"),
  recordId: z.string().describe("ID of the consent record that the person wrote").optional(),
  isConfirmed: z.boolean().describe("Whether the evidence reports the step as done"),
  isSingle: z.literal(true).describe("One person alone took a step that can require two").optional(),
  of: z.number().int().describe("Position of the step in predicate.keys[].steps of the certificate"),
  knownBy: z
    .enum(sources)
    .describe(
      "audit_event: the account has an event of this person at this time; evidence: only stated, and follows from the files in --evidence; signers: only stated",
    ),
});
const verification = z
  .object({
    v,
    isValid: z.boolean(),
    problems: z.array(z.looseObject({ kind: z.string().describe("Such as signature_altered or evidence_differs") })),
    signers: z.array(
      person.extend({ tookStep: z.boolean().describe("Absent for a key without an IAM ID in --trust").optional() }),
    ),
    unrecorded: z.array(z.string()).describe("Keys that ended without a recorded destruction"),
    unknownKeys: z.array(z.string()).describe("IDs of keys that signed and are not trusted"),
    isEvidenceChecked: z.boolean(),
    areEventsChecked: z.boolean().describe("Whether --activity-tracker was passed"),
    areSignaturesChecked: z.boolean().describe("Whether --allowed-signers was passed"),
    areTwoPeopleChecked: z.boolean().describe("Whether --two-people was passed"),
    keys: z.array(
      z.object({
        ...{ ...subject, label: z.string(), outcome: z.enum(outcomes) },
        keyCheckValues: keyCheckValues.optional(),
        acts: z.array(act),
      }),
    ),
    leftOut: z
      .array(z.object({ ...subject, label: z.string(), step: z.string(), startedAt: time("When the step began") }))
      .describe("Keys that are not in the certificate, because a step began and nothing says how it ended"),
    notVerified: z.array(z.object({ code: z.string(), text: z.string(), subjects: z.array(z.string()).optional() })),
  })
  .describe("The line that uko certificate verify --json prints; show --json prints sdk/certificate.schema.json");

const evidenceCheck = z
  .object({
    v,
    file: z.string(),
    lines: count,
    head: z.object({ count, sha256 }).optional(),
    torn: z.array(count).describe("Incomplete lines that an interrupted run left"),
    breaks: z.array(
      z.object({
        kind: z.string().describe("Such as line_changed or end_missing"),
        line: count.optional(),
        expected: count.optional(),
        found: count.optional(),
      }),
    ),
    beyondHead: count.describe("Lines that the head record does not cover yet").optional(),
  })
  .describe("One file, as uko audit --verify --json prints it");

const probe = z
  .object({
    ...{ v, kind: z.literal("probe"), recording: z.string().describe("The file") },
    ...{ product: z.string(), apiVersion: z.string(), region: z.string(), day: z.string() },
    of: z.enum(["probe", "deletion"]),
    rows: z.string().describe("SHA-256 of the rows that the recording can answer"),
    ...{ verified: z.number(), refuted: z.number(), not_tried: z.number() },
  })
  .describe("The result of uko probe --json, also with --check");

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
  hold,
  probe,
  "recording.jsonl": recordingLine,
  "certificate-verification": verification,
  "evidence-check": evidenceCheck,
  ...campaignJsonForms,
} as const;

export const jsonFormNames = Object.keys(jsonForms) as readonly (keyof typeof jsonForms)[];

export function jsonSchemaText(name: keyof typeof jsonForms): string {
  const schema = z.toJSONSchema(jsonForms[name], { io: "input" });
  return `${JSON.stringify({ title: `uko: ${name}`, ...schema }, undefined, 2)}\n`;
}
