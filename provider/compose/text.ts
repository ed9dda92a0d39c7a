/**
 * Passes on the texts and formatters of lower layers that the command line shows, so that `--help` loads no schema, no
 * client of a service and no part of the engine that runs steps.
 */

export { inTime } from "../engine/commands/audit-gaps.ts";
export { auditFindings, auditHeads, auditRows } from "../engine/commands/audit-messages.ts";
export { auditedSteps } from "../engine/commands/audited-steps.ts";
export { adviseOnLists, renderChecks, sayCount, sayLogin } from "../engine/commands/doctor-messages.ts";
export { listedKinds } from "../engine/commands/listed-kinds.ts";
export { classWords } from "../engine/key/exceptions.ts";
export * as approvalMessages from "../engine/key/sets/approval-messages.ts";
export * as setMessages from "../engine/key/sets/set-messages.ts";
export * as surveyMessages from "../engine/key/sets/survey-messages.ts";
export { mayBeOfCampaign, sayApprovedByCampaign, sayOutsideCampaign } from "../engine/key/text/record-words.ts";
/** The renderer of the command line, exported so that every interface shows an explanation alike. */
export { renderExplanation, shellWord, whoRuns } from "../engine/text/explanation.ts";
export { runnable } from "../engine/text/own-commands.ts";
export { count, linesByReason, sayFirst, sayKmsDualAuth, sayPerson, sayRoles, sayTime } from "../engine/text/words.ts";
export { maxReasonCharacters } from "../lifecycle/consent/record-text.ts";
export { lifecycleStates } from "../lifecycle/key/lifecycle-state.ts";
export { jsonLine } from "../services/durable-append.ts";
export { isLoopbackEndpoint } from "../services/http/allowed-hosts.ts";
export { evidencePlaceOf, longestWait, parseDurationMs } from "../settings.ts";
