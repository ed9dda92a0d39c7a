/** Broken cores: each takes one condition out of the rule. The model has to catch every one of them. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Core, coreFrom } from "./core.ts";

export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A second place, where one condition is checked twice over. */
  readonly also?: Omit<Mutant, "name" | "also">;
}

const latestTime = "Math.max(nowMs, updatedAtMs, observation.latestTimeMs ?? nowMs);";

export const mutants: readonly Mutant[] = [
  {
    name: "one's own record is as good as another's",
    file: "authorization",
    from: "(!isOwn || mayUseOwn)",
    to: "(!isOwn || true)",
  },
  {
    name: "gate destroy covers its own destroy",
    file: "authorization",
    from: 'step === "deactivate" && effective.gate === "destroy"',
    to: 'effective.gate === "destroy"',
  },
  {
    name: "nobody has to name anything",
    file: "authorization",
    from: "&& (isNamed || isReviewed(observation, run, step, nowMs))",
    to: "",
  },
  {
    name: "a machine may consent",
    file: "authorization",
    from: "if (isPerson(actor.identity) && (isNamed",
    to: "if (actor.identity !== undefined && (isNamed",
  },
  {
    name: "service ids and profiles are persons",
    file: "observation",
    from: '!iamId.startsWith("iam-")',
    to: "true",
  },
  {
    name: "a person in a profile may author",
    file: "authorization",
    from: "if (!mayAuthor(run.actor)) return",
    to: "if (run.actor.identity === undefined) return",
  },
  {
    name: "an answer to one's own record",
    file: "authorization",
    from: 'if (isSame(record.author, actor.identity)) return mismatch({ kind: "own", record });',
    to: "",
  },
  {
    name: "an answer to a record that is not on file",
    file: "authorization",
    from: "carried.record.id !== named",
    to: "false",
  },
  {
    name: "the last writer does not matter",
    file: "consent-record",
    from: "if (!isSame(record.author, updatedBy))",
    to: "if (false)",
  },
  {
    name: "a day between record and last write",
    file: "consent-record",
    from: "writeToleranceMs = 10_000",
    to: "writeToleranceMs = 86_400_000",
  },
  {
    name: "the key may have changed",
    file: "consent-record",
    from: "record.digest !== observation.digests[step]",
    to: "false",
  },
  {
    name: "any step will do",
    file: "consent-record",
    from: "if (record.step !== step)",
    to: "if (false)",
    also: { file: "digest", from: "    byId,\n    step,\n", to: "    byId,\n    step.length < 0,\n" },
  },
  { name: "records never lapse", file: "consent-record", from: "if (latestMs >= lapsesAtMs)", to: "if (false)" },
  {
    name: "two carriers are one record",
    file: "record-carriers",
    from: 'if (more.length > 0) return { kind: "twice" };',
    to: "",
  },
  {
    name: "an update carries a dead record on",
    file: "record-carriers",
    from: "tag.name.startsWith(reservedTagPrefix) && tag.name !== recordTagName);\n  const hasRecordTag",
    to: "tag.name.startsWith(reservedTagPrefix));\n  const hasRecordTag",
  },
  {
    name: "an update does not look for a record",
    file: "plan-update",
    from: 'return standing.binds ? { kind: "leave", record: standing.record } : { kind: "may" };',
    to: 'return standing.binds && nowMs < 0 ? { kind: "leave", record: standing.record } : { kind: "may" };',
  },
  {
    name: "the setter may destroy",
    file: "plan-key-deletion",
    from: 'return isSetter ? { guard: "kms_setter", record: consentedBy } : undefined;',
    to: 'return isSetter && identity === undefined ? { guard: "kms_setter", record: consentedBy } : undefined;',
  },
  {
    name: "a foreign window will do",
    file: "kms-window",
    from: "if (!setHere.includes(twin.kmsKeyId)) {",
    to: "if (!setHere.includes(twin.kmsKeyId) && !isWindowLive(twin, nowMs)) {",
  },
  {
    name: "a lapsed window will do",
    file: "plan-key-deletion",
    from: "find((twin) => !isWindowLive(twin, nowMs))",
    to: "find((twin) => !isWindowLive(twin, 0))",
  },
  {
    name: "a window's setter may come from another window's record",
    file: "kms-window",
    from: "return isItsOwn ? kmsSetter : undefined;",
    to: "return isItsOwn || true ? kmsSetter : undefined;",
  },
  {
    name: "pending keys may be removed",
    file: "guards",
    from: "if (pending.length > 0) return",
    to: "if (pending.length > 99) return",
  },
  {
    name: "a run never writes a record that is missing",
    file: "authorization",
    from: 'run.intent !== "resume" || run.deactivatedHere === true',
    to: "run.deactivatedHere === undefined",
  },
  {
    name: "a window must outlast what no window can",
    file: "kms-window",
    from: "windowMustLastMs = coolDownMs + 24",
    to: "windowMustLastMs = coolDownMs + 24 * 24",
  },
  {
    name: "a reactivation leaves the record on file",
    file: "plan-reversal",
    from: 'return ready({ kind: "drop_record" });',
    to: 'return { kind: "done" };',
  },
  {
    name: "the stored statuses name no keystore",
    file: "removal-evidence",
    from: ', ...namedIn(observation, "stored_status")];',
    to: "];",
  },
  {
    name: "the metadata names no keystore",
    file: "removal-evidence",
    from: '[...namedIn(observation, "metadata"), ',
    to: "[",
  },
  {
    name: "a keystore without a live answer is empty",
    file: "removal-evidence",
    from: "answered.has(keystore.id)) continue;",
    to: "live.length >= 0) continue;",
  },
  {
    name: "a keystore that answers holds nothing",
    file: "guards",
    from: "filter((each) => !isGone(each) && !isPending(each));\n  if (holding",
    to: "filter((each) => each.keystoreId === undefined);\n  if (holding",
  },
  {
    name: "material in the metadata does not matter",
    file: "removal-evidence",
    from: "materialIn.length === 0 ?",
    to: "materialIn.length >= 0 ?",
  },
  {
    name: "a twin that remains does not matter",
    file: "guards",
    from: 'twin.kind === "present" && twin.state !== "destroyed"',
    to: 'twin.kind === "present" && twin.state === "other"',
  },
  {
    name: "KMS need not know the twin of a living key",
    file: "guards",
    from: 'return state === "active" || (state !== "destroyed" && keystoreSays !== "not_present");',
    to: 'return keystoreSays === "unrecognised";',
  },
  {
    name: "an unmarked key is for one person",
    file: "dual-marker",
    from: 'marker ?? "both"',
    to: 'marker ?? "single"',
  },
  {
    name: "an adoption writes the marker that its program wants",
    file: "plan-update",
    from: 'if (marker === undefined) return "both";',
    to: "if (marker === undefined) return wanted;",
  },
  {
    name: "an update makes the marker as loose as its program",
    file: "plan-update",
    from: "return isLooser(marker, wanted) ? wanted : undefined;",
    to: "return marker !== wanted ? wanted : undefined;",
  },
  {
    name: "a record makes the marker as loose as its program",
    file: "dual-marker",
    from: "stricterOf(marker, demandedBy(policy))",
    to: "demandedBy(policy)",
  },
  {
    name: "a marker alone makes one person enough",
    file: "authorization",
    from: "stricterOf(markerOf(observation), demandedBy(policy))",
    to: "markerOf(observation)",
  },
  {
    name: "a program alone makes one person enough",
    file: "authorization",
    from: "stricterOf(markerOf(observation), demandedBy(policy))",
    to: "demandedBy(policy)",
  },
  {
    name: "of two markers the first counts",
    file: "record-carriers",
    from: 'return more.length > 0 ? "both" : (',
    to: 'return more.length > 9 ? "both" : (',
  },
  {
    name: "one's own record is enough to loosen",
    file: "authorization",
    from: 'const mayUseOwn = step === "deactivate" && effective.gate === "destroy";',
    to: 'const mayUseOwn = isLoosening(step) || (step === "deactivate" && effective.gate === "destroy");',
  },
  {
    name: "a loosening goes by the program's policy",
    file: "authorization",
    from: "isLoosening(step) ? bothSteps : effectivePolicy(observation, policy)",
    to: 'policy.dualAuthorization === "single" && isLoosening(step) ? { dualAuthorization: "single" as const } : effectivePolicy(observation, policy)',
  },
  {
    name: "a record for a loosening is good for a deletion",
    file: "consent-record",
    from: "if (record.step !== step)",
    to: "if (record.step !== step && !isLoosening(record.step))",
    also: {
      file: "consent-record",
      from: "record.digest !== observation.digests[step]",
      to: "record.digest !== observation.digests[record.step]",
    },
  },
  {
    name: "a record for a deletion is good for a loosening",
    file: "consent-record",
    from: "if (record.step !== step)",
    to: "if (record.step !== step && !isLoosening(step))",
    also: {
      file: "consent-record",
      from: "record.digest !== observation.digests[step]",
      to: "record.digest !== observation.digests[record.step]",
    },
  },
  {
    name: "a record for one target is good for the other",
    file: "dual-marker",
    from: 'return marker === "single" ? "loosen_to_single" : "loosen_to_destroy";',
    to: 'return marker === "single" ? "loosen_to_single" : "loosen_to_single";',
  },
  {
    name: "a deletion replaces the request for a loosening",
    file: "authorization",
    from: "if (other.binds) return",
    to: "if (other.binds && nowMs < 0) return",
  },
  {
    name: "a run writes without settling",
    file: "settling",
    from: "restedMs >= settledAfterMs ||",
    to: "restedMs >= 0 ||",
  },
  {
    name: "a run writes to a key that is busy",
    file: "settling",
    from: '{ kind: "busy" } : {',
    to: '{ kind: "settled" } : {',
  },
  {
    name: "every Date is plausible",
    file: "service-time",
    from: "TimeReading): ClockSkew | undefined {\n",
    to: "TimeReading): ClockSkew | undefined {\n  if (dateMs > 0) return undefined;\n",
  },
  {
    name: "a token does not contradict a Date",
    file: "service-time",
    from: "dateMs < tokenIssuedAtMs - tokenToleranceMs",
    to: "dateMs < 0",
  },
  {
    name: "a change does not contradict a Date",
    file: "service-time",
    from: "dateMs < updatedAtMs - writeToleranceMs",
    to: "dateMs < 0",
  },
  { name: "records expire by the Date alone", file: "consent-record", from: latestTime, to: "nowMs;" },
  {
    name: "the Date alone decides everything",
    file: "consent-record",
    from: latestTime,
    to: "nowMs;",
    also: {
      file: "service-time",
      from: "TimeReading): ClockSkew | undefined {\n",
      to: "TimeReading): ClockSkew | undefined {\n  if (dateMs > 0) return undefined;\n",
    },
  },
  {
    name: "a token does not expire records",
    file: "service-time",
    from: "Math.max(reachedMs, tokenIssuedAtMs, updatedAtMs,",
    to: "Math.max(reachedMs, updatedAtMs,",
  },
  {
    name: "a loosening leaves its record on file",
    file: "record-carriers",
    from: 'tag.name !== recordTagName && tag.name !== markerTagName);\n  if (carrier === "tag") {\n    const description',
    to: 'tag.name !== markerTagName);\n  if (carrier === "tag") {\n    const description',
  },
];

const provider = fileURLToPath(new URL("../../../provider/", import.meta.url));

/** Loads the core with one thing broken; the copy is gone before anything runs. */
export async function mutate(mutant: Mutant): Promise<Core> {
  const folder = mkdtempSync(path.join(tmpdir(), "uko-mutant-"));
  try {
    cpSync(path.join(provider, "lifecycle"), path.join(folder, "lifecycle"), { recursive: true });
    cpSync(path.join(provider, "errors.ts"), path.join(folder, "errors.ts"));
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }\n');
    for (const { file, from, to } of [mutant, ...(mutant.also === undefined ? [] : [mutant.also])]) {
      const place = path.join(folder, "lifecycle", `${file}.ts`);
      const before = readFileSync(place, "utf8");
      const after = before.replace(from, to);
      if (after === before) throw new Error(`nothing to break in ${file} for "${mutant.name}"`);
      writeFileSync(place, after);
    }
    return await coreFrom(`${pathToFileURL(path.join(folder, "lifecycle")).href}/`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
