/** Broken cores: each takes one condition out of the rule. The model has to catch every one of them. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Core, coreFrom } from "./core.ts";

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
}

/** By file of the core: the text to replace, and its replacement. */
const inOnePlace: Readonly<Record<string, Readonly<Record<string, readonly [from: string, to: string]>>>> = {
  "consent/signed-consent": {
    "a signature is good for other words": ['requestSha256 ?? "",\n    body,', 'requestSha256 ?? "",'],
    "the request that an approval quotes need not be signed": [
      '&& (quotes === undefined || quotes.vouchedBy === "signature")',
      "",
    ],
  },
  "key/authorization": {
    "one person is enough although signatures are demanded": [
      'if (observation.signatures !== undefined) return "both";',
      "",
    ],
    "one's own request is as good as another's": [
      'step === "deactivate" && effective === "destroy" && isOlder ? may',
      "isOlder ? may",
    ],
    "gate destroy covers its own destroy": [
      'step === "deactivate" && effective === "destroy" && isOlder ? may',
      'effective === "destroy" && isOlder ? may',
    ],
    "the run that requests under gate destroy deactivates": [
      'effective === "destroy" && isOlder',
      'effective === "destroy"',
    ],
    "nobody has to approve by hand": [
      'if (!isOwn) return isConfirmed && isProven ? may : wait("may_approve");',
      "if (!isOwn) return may;",
    ],
    "the own seal does not matter": [
      'return record.quotes.isSealedHere === true || isConfirmed ? may : wait("may_confirm");',
      "return may;",
    ],
    "a third person uses an approval": [
      'if (!isSame(record.quotes.author, actor.identity)) return wait("not_the_requester");',
      "",
    ],
    "the author of an approval uses it": ['if (isOwn) return wait("wrote_it");', ""],
    "an engine requests a destruction": [
      '(run.intent === "engine" && step === "deactivate")',
      '(run.intent === "engine")',
    ],
    "a machine may approve": ['if (!isPerson(actor.identity)) return wait("not_a_person");', ""],
    "a person in a profile may author": ['if (!mayAuthor(run.actor)) return mustAsk("acts_in_a_profile");', ""],
    "no command writes a request that is missing": ['run.intent === "request" ||', 'run.intent === "approve" ||'],
    "a marker alone makes one person enough": [
      "stricterOf(markerOf(observation), demandedBy(policy))",
      "markerOf(observation)",
    ],
    "a program alone makes one person enough": [
      "stricterOf(markerOf(observation), demandedBy(policy))",
      "demandedBy(policy)",
    ],
  },
  "consent/review": {
    "an approval of a held key is stored": ["if (holds.length > 0) return apart(", "if (false) return apart("],
    "an approval of one's own request": [
      'if (updatedBy?.iamId === reviewer) return apart({ kind: "own_request", record });',
      "",
    ],
    "an approval of an approval": ['if (record.how === "approval") return apart({ kind: "is_approval", record });', ""],
    "an approval of another request than the one that was seen": [
      "return fields.length > 0 ?",
      "return fields.length > 99 ?",
    ],
  },
  "vocabulary/observation": {
    "service ids and profiles are persons": ['!iamId.startsWith("iam-")', "true"],
  },
  "consent/consent-record": {
    "a record without a signature counts": [
      'if (needsSignature(observation, step) && !isSigned(record)) return not({ kind: "unsigned", record });',
      "",
    ],
    "the last writer does not matter": ["if (!isSame(record.author, updatedBy))", "if (false)"],
    "the name of a campaign vouches for a record": [
      "if (!isSame(record.author, updatedBy))",
      "if (record.campaign === undefined && !isSame(record.author, updatedBy))",
    ],
    "10 s between record and last write": ["recordToleranceMs = 2000", "recordToleranceMs = 10_000"],
    "a record may be dated after the last write": [
      "return writtenAtMs <= updatedAtMs && updatedAtMs - writtenAtMs <= recordToleranceMs;",
      "return Math.abs(updatedAtMs - writtenAtMs) <= recordToleranceMs;",
    ],
    "an approval of a destruction counts for seven days": [
      "destroy: 48 * 60 * 60 * 1000,",
      "destroy: recordLifetimeMs,",
    ],
    "the key may have changed": ["record.digest !== observation.digests[step]", "false"],
    "records never expire": ["if (latestMs >= expiresAtMs)", "if (false)"],
    "records expire by the Date alone": ["Math.max(nowMs, updatedAtMs, observation.latestTimeMs ?? nowMs);", "nowMs;"],
  },
  "consent/record-text": {
    "any seal is one's own": ["own !== undefined && own === seal", "own !== undefined"],
    "a seal is good for any time": ["keyId, step, t, digest", "keyId, step, digest"],
    "a seal is good for other words": ["digest, who, body]", "digest, who]"],
    "a quoted request is good for another step": ["keyId, step, t, digest, who", "keyId, t, who"],
  },
  "consent/record-locations": {
    "two record locations are one record": ['if (more.length > 0) return { kind: "twice" };', ""],
    "an update carries a dead record on": ["const kept = tagsWithoutRecord(raw)", "const kept = raw.tags"],
    "a hold carries a record along": [
      "const others = (cleared.tags ?? raw.tags).filter",
      "const others = raw.tags.filter",
    ],
    "a hold carries a record in the description along": [
      "return tags && { ...cleared, tags };",
      "return tags && { tags };",
    ],
    "a release carries a record along": [
      "const tags = (cleared.tags ?? raw.tags).filter",
      "const tags = raw.tags.filter",
    ],
    "uko's own tags leave no room for a hold": ["return yielded.length < excess", "return excess > 0"],
    "a request drops the released holds": [
      'draft.step === "deactivate" ? withNote(kept, undefined) : kept',
      'draft.step === "deactivate" ? kept.filter(({ name }) => name !== noteTagName) : kept',
    ],
    "of two markers the first counts": ['return more.length > 0 ? "both" : (', 'return more.length > 9 ? "both" : ('],
    "a marker carries a record along": [
      "const others = cleared.filter((tag) => tag.name !== markerTagName)",
      "const others = raw.tags.filter((tag) => tag.name !== markerTagName)",
    ],
  },
  "key/plan-update": {
    "an adoption writes the marker that its program wants": [
      'if (marker === undefined) return "both";',
      "if (marker === undefined) return wanted;",
    ],
    "an update makes the marker as loose as its program": [
      "return isLooser(marker, wanted) ? wanted : undefined;",
      "return marker !== wanted ? wanted : undefined;",
    ],
  },
  "key/key-write": {
    "an update does not look for a record": [
      "if (standing.binds && endsRequest !== true)",
      "if (standing.binds && endsRequest !== true && nowMs < 0)",
    ],
    "no action without a body drops a record first": [
      "return isWithoutBody === true && hasRecord",
      "return false && hasRecord",
    ],
    "a sync drops no record first": ["sync: { isWithoutBody: true }", "sync: {}"],
    "an alignment drops no record first": ["align: { isWithoutBody: true }", "align: {}"],
    "a reactivation drops no record first": [
      "reactivate: { endsRequest: true, isWithoutBody: true, isUrgent: true }",
      "reactivate: { endsRequest: true }",
    ],
    "the deactivation by one person drops no record first": [
      "deactivate_alone: { endsRequest: true, isWithoutBody: true }",
      "deactivate_alone: { endsRequest: true }",
    ],
    "a hold waits for a request that binds": ["hold: { endsRequest: true }", "hold: {}"],
    "a planted record in one's own name never fits": [
      "return isInTime && namesWriter",
      "return nowMs < 0 && isInTime && namesWriter",
    ],
  },
  "key/plan-key-deletion": {
    "a held key is removed": [
      "if (hold !== undefined && run.confirmedHold !== valueOfHolds(hold.holds)) return refuse(hold);",
      "",
    ],
    "one person's deactivation never drops a record": ["if (isAlone && planKeyWrite", "if (!isAlone && planKeyWrite"],
    "the setter may destroy": [
      'isSetter) return refuse({ guard: "kms_setter", record: allowedBy });',
      'isSetter && identity === undefined) return refuse({ guard: "kms_setter", record: allowedBy });',
    ],
  },
  "key/kms-window": {
    "a foreign window will do": [
      "if (!alreadySet.includes(backingKey.kmsKeyId)) {",
      "if (!alreadySet.includes(backingKey.kmsKeyId) && !isWindowLive(backingKey, nowMs)) {",
    ],
    "an expired window will do": [
      "find((backingKey) => !isWindowLive(backingKey, nowMs))",
      "find((backingKey) => !isWindowLive(backingKey, 0))",
    ],
    "a window's setter may come from another window's record": ["&& beganBefore(record.writtenAtMs)", ""],
    "a window's setter may come from another window's note": ["&& beganBefore(note.deactivatedAtMs)", ""],
    "the writer of a deactivation set every window": [
      " && Math.abs(beganAtMs(backingKey) - atMs) <= clockToleranceMs",
      "",
    ],
    "a window must outlast what no window can": [
      "windowMustLastMs = coolDownMs + 24",
      "windowMustLastMs = coolDownMs + 24 * 24",
    ],
  },
  "consent/hold": {
    "a text of another tool does not hold": [
      "return holds.filter(({ until }) => {",
      'return holds.filter(({ kind }) => kind !== "other").filter(({ until }) => {',
    ],
  },
  "key/guards": {
    "a hold stops nothing": ["return inForce.length === 0 ?", "return inForce.length < 9 ?"],
    "a hold stops only the removal": ["if (hold !== undefined) return hold;", ""],
    "pending keys may be removed": ["if (pending.length > 0) return", "if (pending.length > 99) return"],
    "a keystore that answers holds nothing": [
      "filter((each) => !isGone(each) && !isPending(each));\n  if (holding",
      "filter((each) => each.keystoreId === undefined);\n  if (holding",
    ],
    "a backing key that remains does not matter": [
      'backingKey.kind === "present" && backingKey.state !== "destroyed"',
      'backingKey.kind === "present" && backingKey.state === "other"',
    ],
    "KMS need not know the backing key of a living key": [
      'return state === "active" || (state !== "destroyed" && keystoreSays !== "not_present");',
      'return keystoreSays === "unrecognized";',
    ],
  },
  "key/plan-reversal": {
    "a reactivation leaves the record on file": [
      'return ready({ kind: "drop_record", recordId: carriedId(observation), ...(dropsNote && { dropsNote: true }) });',
      'return { kind: "done" };',
    ],
  },
  "key/removal-evidence": {
    "the stored statuses name no keystore": [', ...namedIn(observation, "stored_status")];', "];"],
    "the metadata names no keystore": ['...namedIn(observation, "metadata"), ', ""],
    "a keystore without a live response is empty": [
      "responded.has(keystore.id)) continue;",
      "live.length >= 0) continue;",
    ],
    "material in the metadata does not matter": ["materialIn.length === 0 ?", "materialIn.length >= 0 ?"],
  },
  "consent/required-people": {
    "an unmarked key is for one person": ['marker ?? "both"', 'marker ?? "single"'],
    "a record makes the marker as loose as its program": [
      "stricterOf(marker, demandedBy(policy))",
      "demandedBy(policy)",
    ],
  },
  "key/settling": {
    "a run writes without settling": ["restedMs >= settledAfterMs ||", "restedMs >= 0 ||"],
    "a run writes to a key that is busy": ['{ kind: "busy" } : {', '{ kind: "settled" } : {'],
  },
  "vocabulary/service-time": {
    "every Date is plausible": [
      "TimeReading): ClockSkew | undefined {\n",
      "TimeReading): ClockSkew | undefined {\n  if (dateMs > 0) return undefined;\n",
    ],
    "a token does not contradict a Date": ["dateMs < tokenIssuedAtMs - tokenToleranceMs", "dateMs < 0"],
    "a change does not contradict a Date": ["dateMs < updatedAtMs - clockToleranceMs", "dateMs < 0"],
    "a token does not expire records": [
      "Math.max(reachedMs, tokenIssuedAtMs, updatedAtMs,",
      "Math.max(reachedMs, updatedAtMs,",
    ],
  },
};

/** Where the core checks one condition twice. */
const inTwoPlaces: readonly Mutant[] = [
  {
    name: "any step will do",
    edits: [
      { file: "consent/consent-record", from: "if (record.step !== step)", to: "if (false)" },
      { file: "consent/digest", from: "    byId,\n    step,\n", to: "    byId,\n    step.length < 0,\n" },
    ],
  },
  {
    name: "the Date alone decides everything",
    edits: [
      {
        file: "consent/consent-record",
        from: "Math.max(nowMs, updatedAtMs, observation.latestTimeMs ?? nowMs);",
        to: "nowMs;",
      },
      {
        file: "vocabulary/service-time",
        from: "TimeReading): ClockSkew | undefined {\n",
        to: "TimeReading): ClockSkew | undefined {\n  if (dateMs > 0) return undefined;\n",
      },
    ],
  },
];

export const mutants: readonly Mutant[] = [
  ...Object.entries(inOnePlace).flatMap(([file, broken]) =>
    Object.entries(broken).map(([name, [from, to]]) => ({ name, edits: [{ file, from, to }] })),
  ),
  ...inTwoPlaces,
];

const provider = fileURLToPath(new URL("../../../provider/", import.meta.url));

/** Without its own checks (sound-plan.ts), so that the model alone judges what a broken core plans. */
const withoutChecks: Edit = { file: "vocabulary/assert", from: "if (isTrue) return;", to: "return;" };

/** Loads the core with one thing broken; the copy is gone before anything runs. */
export async function mutate({ name, edits }: Mutant, { hasChecks = false } = {}): Promise<Core> {
  const folder = mkdtempSync(path.join(tmpdir(), "uko-mutant-"));
  try {
    cpSync(path.join(provider, "lifecycle"), path.join(folder, "lifecycle"), { recursive: true });
    cpSync(path.join(provider, "errors.ts"), path.join(folder, "errors.ts"));
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }\n');
    for (const { file, from, to } of hasChecks ? edits : [...edits, withoutChecks]) {
      const place = path.join(folder, "lifecycle", `${file}.ts`);
      const before = readFileSync(place, "utf8");
      const after = before.replace(from, to);
      if (after === before) throw new Error(`nothing to break in ${file} for "${name}"`);
      writeFileSync(place, after);
    }
    return await coreFrom(`${pathToFileURL(path.join(folder, "lifecycle")).href}/`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
