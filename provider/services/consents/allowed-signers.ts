/**
 * Reads `allowed_signers` (ssh-keygen(1)) and decides whether it allows a signature. The list is in a system folder, or
 * in the home folder that the system's password database names. No variable, program, state or setting can name another
 * place. Otherwise a person who can set a variable could turn the demand off.
 *
 * Only a missing list demands nothing. If a list cannot be read, has a line that uko does not support, gives one key to
 * two people, or can be written by another user, no signature counts, so uko destroys nothing. If such a list counted
 * as missing, another user could turn the demand off by damaging it. On Windows, uko cannot check who can write to the
 * list. A signature of a security key counts only if a person touched the key.
 */

import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { foldIamId } from "../../lifecycle/vocabulary/iam-id.ts";
import { UnsafeFile } from "../../process/regular-file.ts";
import { readOwnedFile } from "./owned-file.ts";
import { readSshKey, type SshKey, type SshSignature, sshKeyTypes } from "./ssh-signature.ts";

export const consentNamespace = "uko-consent@v1";

export interface SignerFile {
  readonly path: string;
  readonly sha256: string;
  readonly signers: readonly AllowedSigner[];
}

export interface AllowedSigner {
  /** An IAM ID in lower case: IAM does not distinguish the two cases. */
  readonly principal: string;
  readonly key: SshKey;
  readonly validFromMs?: number;
  readonly validUntilMs?: number;
  /** If set, a signature counts only if the security key checked a PIN or a fingerprint. */
  readonly isVerificationRequired?: true;
}

/** What the files demand. `unusable` says why a file cannot be used; then no signature counts. */
export type SignerDemand =
  | { readonly kind: "files"; readonly files: readonly SignerFile[] }
  | { readonly kind: "unusable"; readonly path: string; readonly why: string };

const signersFileName = "allowed_signers";

/** Throws if the password database has no entry for the user. */
export function signerFolders(): { readonly system: string; readonly user: string } {
  const system = process.platform === "win32" ? "C:\\ProgramData\\uko" : "/etc/uko";
  return { system, user: join(userInfo().homedir, ".config", "uko") };
}

/** Reads what the files in these folders demand together. Returns undefined if no folder has such a file. */
export function readSignerDemand(folders: () => readonly string[]): SignerDemand | undefined {
  const files: SignerFile[] = [];
  let path = "the password database";
  try {
    for (const folder of folders()) {
      path = join(folder, signersFileName);
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
      files.push(readSignerFile(path));
    }
  } catch (error) {
    return { kind: "unusable", path, why: error instanceof Error ? error.message : String(error) };
  }
  return files.length === 0 ? undefined : { kind: "files", files };
}

/** Throws UnsafeFile, or the system's error. */
function readSignerFile(path: string): SignerFile {
  const bytes = readOwnedFile(path);
  return { ...parseSigners(bytes.toString("utf8")), path, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Parses the text of a file. Throws UnsafeFile, which names the line, for everything that the parser does not support. */
export function parseSigners(text: string): Pick<SignerFile, "signers"> {
  const signers: AllowedSigner[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const failed = (why: string) => new UnsafeFile(`Line ${index + 1}: ${why}`);
    // Editors hide this character, so a line would not say what a person sees.
    if (line.includes("\ufeff")) throw failed("it has a byte order mark");
    const content = line.replace(/^[ \t]+|[ \t]+$/g, "");
    if (content === "" || content.startsWith("#")) continue;
    for (const signer of parseLine(content, failed)) {
      const other = signers.find(({ key }) => key.text === signer.key.text);
      // If one key had two names, one person could request under one name and approve under the other.
      if (other !== undefined && other.principal !== signer.principal) {
        throw failed(`the key is already that of ${other.principal}`);
      }
      signers.push(signer);
    }
  }
  return { signers };
}

type Failed = (why: string) => Error;

/** Principals, options in which only a value in quotation marks may hold blanks, type, key, and a comment. */
const lineForm = new RegExp(
  String.raw`^(?<names>\S+)[ \t]+(?:(?<options>(?:[^\s"]|"[^"]*")+)[ \t]+)?(?<type>${sshKeyTypes.join("|").replaceAll(".", String.raw`\.`)})(?:[ \t]+(?<key>\S+))?(?:[ \t].*)?$`,
);

function parseLine(line: string, failed: Failed): readonly AllowedSigner[] {
  const { names = "", options: written, type, key: encoded = "" } = lineForm.exec(line)?.groups ?? {};
  if (type === undefined) throw failed(`the type of the key must be one of ${sshKeyTypes.join(", ")}`);
  const key = readSshKey(encoded);
  if (key === undefined || key.type !== type) throw failed("the key is not valid");
  const options = written === undefined ? {} : parseOptions(written, failed);
  if (options === undefined) return [];
  return names
    .replaceAll('"', "")
    .split(",")
    .map((name) => {
      if (!/^[\w.@-]+$/.test(name)) throw failed(`"${name}" is not an IAM ID; patterns are not accepted`);
      return { principal: foldIamId(name), key, ...options };
    });
}

type Options = Pick<AllowedSigner, "validFromMs" | "validUntilMs" | "isVerificationRequired">;

/**
 * Parses the options of a line. Undefined if the line does not apply to uko's namespace. An option that is there twice,
 * or whose value is not in quotation marks, is an error: programs disagree about what such a line allows.
 */
function parseOptions(text: string, failed: Failed): Options | undefined {
  let options: Options = {};
  let isOfNamespace = true;
  const seen = new Set<string>();
  for (const option of text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const [, name = "", written] = /^([^=]*)(?:=(.*))?$/.exec(option) ?? [];
    const value = /^"([^"]*)"$/.exec(written ?? "")?.[1];
    const known = name.toLowerCase();
    if (seen.has(known)) throw failed(`it has the option "${known}" twice`);
    seen.add(known);
    const quoted = (): string => {
      if (value === undefined) throw failed(`the value of "${known}" must be in quotation marks`);
      return value;
    };
    switch (known) {
      case "namespaces":
        if (/[*?!]/.test(quoted())) throw failed("patterns are not accepted in namespaces");
        isOfNamespace = quoted().split(",").includes(consentNamespace);
        break;
      case "valid-after":
        options = { ...options, validFromMs: timeIn(quoted(), failed) };
        break;
      case "valid-before":
        options = { ...options, validUntilMs: timeIn(quoted(), failed) };
        break;
      case "verify-required":
        if (written !== undefined) throw failed(`the option "${known}" takes no value`);
        options = { ...options, isVerificationRequired: true };
        break;
      default:
        throw failed(`uko does not know the option "${name}"`);
    }
  }
  return isOfNamespace ? options : undefined;
}

const timeForm = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z$/;

function timeIn(text: string, failed: Failed): number {
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = timeForm.exec(text) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(ms)) throw failed(`"${text}" is not a time in UTC, such as 20270101Z or 202701011200Z`);
  return ms;
}

/** Whether the file lets `author` sign with this key at this time. */
export function isAllowed(
  { signers }: Pick<SignerFile, "signers">,
  { signer, flags }: SshSignature,
  { author, atMs }: { readonly author: string; readonly atMs: number },
): boolean {
  // Without a touch, a signature of a security key does not show that a person was there.
  if (flags?.isTouched === false) return false;
  return signers.some(
    ({ principal, key, validFromMs = atMs, validUntilMs = Number.POSITIVE_INFINITY, isVerificationRequired }) =>
      principal === foldIamId(author) &&
      key.text === signer.text &&
      validFromMs <= atMs &&
      atMs < validUntilMs &&
      (isVerificationRequired !== true || flags?.isVerified === true),
  );
}
