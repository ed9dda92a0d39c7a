/**
 * `uko request`: requests the next step of a deletion, and takes none. The request of a deactivation asks nothing, so
 * that a pipeline can make it. For a destruction, the person types the label or the number of keys, and each request is
 * written only if its key is still as it was shown.
 */

import type { ShownForRequest } from "../engine/key/sets/request-look.ts";
import { UkoError } from "../errors.ts";
import { phraseFor } from "../text/phrase.ts";
import { printable, printableLines } from "../text/printable.ts";
import { type KeyPath, type KmsKeyPath, usageError } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { canPersonType, requireTyped } from "./hand.ts";
import type { OpenRun } from "./run.ts";
import type { KeysOperation } from "./run-on-keys.ts";
import { confirmFound, managedRefs } from "./typed-keys.ts";

type Acts = Pick<KeysOperation, "writes" | "confirms" | "act" | "actOnKms">;

export function requesting(world: CliWorld, { reason, yes }: { readonly reason?: string; readonly yes?: true }): Acts {
  const shown = new Map<string, ShownForRequest>();
  const typedInKms = new Set<string>();
  let isTyped = false;
  return {
    writes: "request",
    async confirms(run, keys, found) {
      if (reason !== undefined && keys.some((key) => "kmsKeyId" in key)) throw reasonOnKms();
      const looks = await run.operations.lookBeforeRequest(managedRefs(keys, run.settings.instanceId), run.options);
      for (const look of looks) shown.set(pathOf(look.ref), look);
      const destructions = looks.filter(({ step }) => step === "destroy");
      const kmsKeys: NamedKey[] = [];
      for (const key of keys) {
        const named = "kmsKeyId" in key ? await requestableKmsKey(run, key) : undefined;
        if (named !== undefined) kmsKeys.push(named);
      }
      const toType = destructions.length + kmsKeys.length;
      // The words that a person types for a destruction also confirm which keys the names selected.
      const paths = [...destructions.map(({ ref }) => pathOf(ref)), ...kmsKeys.map(({ path }) => path)];
      const typed = new Set(canPersonType(world) ? paths : []);
      const isCovered = found.every((line) => typed.has(line.split(" ")[0] ?? ""));
      if (!isCovered && yes !== true) await confirmFound(world, "request", found);
      if (toType === 0 || !canPersonType(world)) return;
      const named = [
        ...destructions.map(({ ref, label, warnings }) => ({ label, id: ref.keyId, path: pathOf(ref), warnings })),
        ...kmsKeys,
      ];
      await requireDestruction(world, named);
      isTyped = true;
      for (const { id } of kmsKeys) typedInKms.add(id);
      const refs = destructions.map(({ ref }) => ref);
      if (refs.length > 0) await run.operations.signRequests(refs, reason, run.options);
    },
    async act({ operations, ref, options }) {
      const look = shown.get(pathOf(ref));
      if (look?.step === "destroy" && !isTyped) throw needsHand(look.label);
      return operations.request(ref, reason, options, look ?? { step: "deactivate" });
    },
    async actOnKms({ operations, ref, options }) {
      if (operations.demandsSignatures) throw needsFile();
      if (typedInKms.has(ref.kmsKeyId)) return operations.request(ref, options);
      if (!canPersonType(world)) throw needsHand(`kms/${ref.kmsKeyId}`);
      // The person was not asked about a key that could not be requested. This call opens no window.
      return operations.continue(ref, options);
    },
  };
}

interface NamedKey {
  readonly label: string;
  readonly id: string;
  readonly path: string;
  readonly warnings?: readonly string[];
  readonly isInKms?: true;
}

export async function nameOfKmsKey(
  { kmsOperations, settings, options }: OpenRun,
  { kmsKeyId }: KmsKeyPath,
): Promise<NamedKey> {
  const { label = "" } = await kmsOperations.status({ instanceId: settings.instanceId, kmsKeyId }, options);
  return { label, id: kmsKeyId, path: `kms/${kmsKeyId}`, isInKms: true };
}

/** The key as the person confirms it; undefined if its deletion cannot be requested now. */
async function requestableKmsKey(run: OpenRun, key: KmsKeyPath): Promise<NamedKey | undefined> {
  const { kmsOperations, settings, options } = run;
  const seen = await kmsOperations.inspect({ instanceId: settings.instanceId, kmsKeyId: key.kmsKeyId }, options);
  if (seen !== undefined && !seen.acts.some(({ id }) => id === "request")) return undefined;
  return { label: seen?.report.label ?? "", id: key.kmsKeyId, path: `kms/${key.kmsKeyId}`, isInKms: true };
}

/** Whether a destruction is for good. KMS can restore a destroyed key, and UKO cannot. */
async function consequences(keys: readonly NamedKey[]): Promise<readonly string[]> {
  const inKms = keys.filter(({ isInKms }) => isInKms === true);
  const kms = inKms.length > 0 ? await import("../compose/keys.ts") : undefined;
  const wayBack = kms && inKms.length === keys.length ? `KMS ${kms.kmsWayBack}.` : "A destruction cannot be undone.";
  return [`Nothing changes until another person approves. ${wayBack}`, ...(kms ? [kms.kmsRolesRule] : [])];
}

const maxShown = 20;

/** Shows the keys whose destruction would be requested, and asks the person to type the label, or the number of keys. */
export async function requireDestruction(world: CliWorld, keys: readonly NamedKey[]): Promise<void> {
  // A key with a warning is shown in any case.
  const shown = keys.filter(({ warnings = [] }, at) => at < maxShown || warnings.length > 0);
  const hidden = keys.length - shown.length;
  const lines = [
    keys.length === 1 ? "Request the destruction of this key:" : `Request the destruction of ${keys.length} keys:`,
    ...shown.flatMap(({ label, path, warnings = [] }) => [
      `  ${path}  ${printable(label, 80)}`,
      ...warnings.map((line) => `    ${line}`),
    ]),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    ...(await consequences(keys)),
  ];
  world.err.write(`${printableLines(lines.join("\n"))}\n`);
  const { phrase, what } = phraseFor("destroy", keys);
  const question = `Type ${what}, "${phrase}", to request the destruction: `;
  await requireTyped(world, question, phrase, "The request was not confirmed");
}

function pathOf({ vaultId, keyId }: KeyPath): string {
  return `${vaultId}/${keyId}`;
}

function needsHand(key: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `The destruction of key ${printable(key, 80)} was not requested: a person has to type this request`,
    detail:
      "A request of a destruction needs a terminal for input and errors, and is refused where CI is set.\nNext: run uko request at a terminal; in Git Bash, put winpty before it; where CI is set by mistake, put env -u CI before it.",
  });
}

/** KMS stores no reason with a deletion window, and the author of a reason would believe that others can read it. */
export function reasonOnKms(): UkoError {
  return usageError(
    "KMS does not store a reason with a deletion window",
    "Omit --reason for KMS keys, and tell the other person yourself.",
  );
}

/**
 * The error on a machine that demands signatures: a deletion window in KMS cannot carry one, so the caller would have to
 * close it again.
 */
function needsFile(): UkoError {
  return new UkoError("UKO_SIGNATURE_MISSING", {
    summary: "This machine demands signatures, and KMS has no place for them",
    detail: "Nothing was changed.\nNext: add --out requests.jsonl, and give that file to the second person.",
  });
}
