/** Parses command-line arguments. Each parser throws UKO_USAGE_INVALID with the expected form. */

import { maxReasonCharacters, parseDurationMs } from "../compose/text.ts";
import { asUkoError, UkoError } from "../errors.ts";
import { printable } from "../text/printable.ts";

/** A managed key by its full path, `<vaultId>/<keyId>`, which names exactly one key. */
export interface KeyPath {
  readonly vaultId: string;
  readonly keyId: string;
}

/** A KMS key by its full path, `kms/<keyId>`. */
export interface KmsKeyPath {
  readonly kmsKeyId: string;
}

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const keyPathForm = new RegExp(`^(?<vaultId>${uuid})/(?<keyId>${uuid})$`);
const kmsKeyPathForm = new RegExp(`^kms/(?<kmsKeyId>${uuid})$`);

/**
 * A name by which uko first has to find the key: `<vault>/<label>`, a label, the ID of a request, or the start of an ID.
 * For a KMS key it is `kms/` and its name, an alias or the start of its ID. In Key Protect, `kms/` may be left out.
 */
export interface KeyName {
  readonly name: string;
}

export type TypedKey = KeyPath | KmsKeyPath | KeyName;

const maxNameCharacters = 500;

export function parseKeyPath(text: string): KeyPath {
  const key = parseKey(text);
  if ("name" in key) throw notFullKeyPath(text);
  return key;
}

/** Reads `<vaultId>/<keyId>`, or a name of a managed key. */
export function parseKey(text: string): KeyPath | KeyName {
  const key = parseAnyKey(text);
  if (!("kmsKeyId" in key) && !("name" in key && isKmsName(key))) return key;
  throw usageError(
    `"${printable(text, 100)}" is a KMS key, and this command accepts managed keys only`,
    "status, plan, request, approve, continue, withdraw and reactivate accept KMS keys as well.",
  );
}

/** Whether the name begins with `kms/`, so that no managed key is meant. */
export const isKmsName = ({ name }: KeyName): boolean => name.toLowerCase().startsWith("kms/");

/** Reads `<vaultId>/<keyId>`, `kms/<keyId>` for a KMS key, or a name. */
export function parseAnyKey(text: string): TypedKey {
  const { vaultId, keyId } = keyPathForm.exec(text.toLowerCase())?.groups ?? {};
  if (vaultId !== undefined && keyId !== undefined) return { vaultId, keyId };
  const kmsKeyId = kmsKeyPathForm.exec(text.toLowerCase())?.groups?.kmsKeyId;
  if (kmsKeyId !== undefined) return { kmsKeyId };
  if (text.trim() === "" || text.length > maxNameCharacters || text.startsWith("/") || text.endsWith("/")) {
    throw notFullKeyPath(text);
  }
  return { name: text };
}

/** The error about a name where a command accepts only the full path of a key. */
export function notFullKeyPath(text: string, why?: string): UkoError {
  return usageError(
    `"${printable(text, 100)}" is not the full ID of a key`,
    [
      ...(why === undefined ? [] : [why]),
      "The full ID of a key is <vaultId>/<keyId>, two UUIDs with a slash between them, such as",
      "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000002",
      "Next: list the keys with their IDs with",
      "  uko ls --kind key --json",
    ].join("\n"),
  );
}

const vaultIdForm = new RegExp(`^${uuid}$`);

export function parseVaultId(text: string): string {
  const vaultId = text.toLowerCase();
  if (vaultIdForm.test(vaultId)) return vaultId;
  throw usageError(
    `"${printable(text, 100)}" is not the ID of a vault`,
    "The ID of a vault is a UUID. uko doctor lists the vaults.",
  );
}

/** Reads the name or ID after one `--vault` of a command that only reads. */
export function collectVaults(text: string, before: readonly string[] = []): readonly string[] {
  if (text.trim() === "" || text.length > maxNameCharacters) {
    throw usageError(`"${printable(text, 100)}" is not the name of a vault`, "uko ls lists the vaults.");
  }
  return before.includes(text) ? before : [...before, text];
}

export function isVaultId(text: string): boolean {
  return vaultIdForm.test(text.toLowerCase());
}

export function parseReason(text: string): string {
  const length = Array.from(text).length;
  if (length <= maxReasonCharacters) return text;
  throw usageError(
    `The reason has ${length} characters`,
    `A reason is stored on the key itself and has at most ${maxReasonCharacters} characters.`,
  );
}

/** Checks a date or a time, and returns the text unchanged. */
export function parseDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw usageError(
    `"${printable(text, 100)}" is not a date`,
    "Examples: 2026-11-24 or 2026-11-24T14:22:00Z. A day begins at 00:00 UTC.",
  );
}

export function parseDay(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text)) return text;
  throw usageError(`"${printable(text, 100)}" is not a day`, "Example: 2027-03-20.");
}

/** Returns milliseconds. */
export const parseDuration = (option: string, longest: Parameters<typeof parseDurationMs>[2]) => (text: string) => {
  try {
    return parseDurationMs(text, option, longest);
  } catch (thrown) {
    const { summary, detail } = asUkoError(thrown);
    throw usageError(summary, detail);
  }
};

/** The error about a text that is no duration for the clock of an emulator. */
export function notDuration(text: string): UkoError {
  return usageError(`"${printable(text, 100)}" is not a duration`, "Examples: 5h, 31d or 1d12h.");
}

/** A parser for an argument or option that can be repeated: it appends to the previous values. */
export function repeatable<Value>(parse: (text: string) => Value) {
  return (text: string, before: readonly Value[] = []): readonly Value[] => [...before, parse(text)];
}

export function parsePort(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageError(
    `"${printable(text, 100)}" is not a port`,
    "A port is a number from 0 to 65535; 0 for any free port.",
  );
}

/** The error about a command line that no run could obey. The caller has to type another one. */
export function usageError(summary: string, detail: string): UkoError {
  return new UkoError("UKO_USAGE_INVALID", { summary, detail });
}

/** The error about a file, a terminal or a key, although the command line has the right form. */
export function invalidInput(summary: string, detail: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary, detail });
}
