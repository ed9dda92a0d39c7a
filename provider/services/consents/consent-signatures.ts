/**
 * Signs consent records with the person's own SSH key, one signature for all consents at once, and verifies them
 * against `allowed_signers`. If there is a list of the system and one of the user, both must allow a signature.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConsentSignatures } from "../../engine/ports/signatures.ts";
import { UkoError } from "../../errors.ts";
import type { IsGenuine } from "../../lifecycle/consent/signed-consent.ts";
import { foldIamId } from "../../lifecycle/vocabulary/iam-id.ts";
import type { ConsentSignature } from "../../lifecycle/vocabulary/observation.ts";
import { pipeThrough } from "../../process/other-programs.ts";
import {
  consentNamespace,
  isAllowed,
  readSignerDemand,
  type SignerDemand,
  type SignerFile,
  signerFolders,
} from "./allowed-signers.ts";
import { decodePlace, encodePlace, listOf, rootFrom } from "./signed-list.ts";
import { type SshSignature, verifySshSignature } from "./ssh-signature.ts";

export interface SigningPlaces {
  /** Folders with a file that demands signatures. */
  readonly demands: () => readonly string[];
  /** The folder with the link `signing_key` to the person's key. It may also have a link to their `ssh-keygen`. */
  readonly own: () => string;
}

export const systemPlaces: SigningPlaces = {
  demands: () => {
    const { system, user } = signerFolders();
    return [system, user];
  },
  own: () => signerFolders().user,
};

export interface SignatureOptions {
  /** The name of the service that each signed statement contains; see `SignedSubject`. */
  readonly service: string;
  readonly places: SigningPlaces;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Receives the line that tells the person to touch their key. */
  readonly note: (line: string) => void;
}

/** Returns undefined if no file on this machine demands signatures. */
export function createConsentSignatures(options: SignatureOptions): ConsentSignatures | undefined {
  const { service, places, note } = options;
  const demand = readSignerDemand(places.demands);
  if (demand === undefined) return undefined;
  // A file that cannot be used counts as an empty list, so no signature is genuine.
  const isGenuine = checkSignaturesBy(demand.kind === "files" ? demand.files : []);
  const signed = new Map<string, ConsentSignature>();
  let isDescribed = false;
  return {
    demand: { service, by: sayDemand(demand) },
    isGenuine,
    signed,
    describe(people) {
      isDescribed = true;
      return describe(demand, people);
    },
    async sign(author, statements, nowMs, { signal }) {
      const signedAtMs = Math.floor(nowMs / 1000) * 1000;
      const { root, places: rows } = listOf(statements);
      if (!isDescribed) for (const line of describe(demand, [author.iamId ?? ""])) note(line);
      note(
        `Signing ${statements.length === 1 ? "1 consent" : `${statements.length} consents`} with your SSH key. Touch it if it blinks.`,
      );
      const bytes = await signBySsh(messageOf(signedAtMs, root), options, signal);
      const iamId = author.iamId ?? "";
      for (const [at, statement] of statements.entries()) {
        const place = rows[at];
        const signature = { signedAtMs, path: place === undefined ? "" : encodePlace(place), bytes };
        if (!isGenuine(statement, { author: iamId, signature, atMs: nowMs })) throw notListed(iamId, demand);
        signed.set(statement, signature);
      }
    },
  };
}

/** The text that the SSH key signs: the time, and the root of the list of statements. */
function messageOf(signedAtMs: number, root: Buffer): string {
  return JSON.stringify(["uko-consents-1", signedAtMs / 1000, root.toString("hex")]);
}

/**
 * Returns the check of a signature. With several files, each of them must allow it. An auditor passes the one file to
 * check against.
 */
export function checkSignaturesBy(files: readonly Pick<SignerFile, "signers">[]): IsGenuine {
  const verify = verifierOf();
  return (statement, { author, signature, atMs }) => {
    const verified = verify(statement, signature);
    return (
      verified !== undefined && files.length > 0 && files.every((file) => isAllowed(file, verified, { author, atMs }))
    );
  };
}

/** Verifies each SSH signature once, because thousands of keys can share one. */
function verifierOf(): (statement: string, signature: ConsentSignature) => SshSignature | undefined {
  const checked = new Map<string, SshSignature | undefined>();
  return (statement, { signedAtMs, path, bytes }) => {
    const place = decodePlace(path);
    const root = place && rootFrom(statement, place);
    if (root === undefined) return undefined;
    const message = messageOf(signedAtMs, root);
    const name = `${message}${bytes}`;
    if (!checked.has(name)) checked.set(name, verifySshSignature(bytes, { message, namespace: consentNamespace }));
    return checked.get(name);
  };
}

const armor = /-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----/;
const deadlineMs = 120_000;

async function signBySsh(
  message: string,
  { places, environment }: SignatureOptions,
  signal: AbortSignal,
): Promise<string> {
  const folder = places.own();
  const key = join(folder, "signing_key");
  if (!existsSync(key)) {
    throw missing(`${key} does not exist`, [
      "Next: link your SSH key there, for example with:",
      `  ln -s ~/.ssh/id_ed25519_sk ${key}`,
    ]);
  }
  const own = join(folder, "ssh-keygen");
  const program = existsSync(own) ? own : systemProgram;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const signing = {
    command: program,
    args: ["-Y", "sign", "-n", consentNamespace, "-f", key, "-q"],
    environment: Object.fromEntries(passedOn.map((name) => [name, environment[name]])),
  };
  const { printed, exitCode } = await pipeThrough(signing, message, stop).catch((error: unknown) => {
    throw missing(`${program} could not be run, took more than 2 minutes, or was stopped`, [], error);
  });
  const body = armor.exec(printed)?.[1];
  if (exitCode === 0 && body !== undefined) return body.replace(/\s/g, "");
  throw missing(`${program} did not sign with ${key}; its own message is above`, []);
}

const systemProgram =
  process.platform === "win32" ? "C:\\Windows\\System32\\OpenSSH\\ssh-keygen.exe" : "/usr/bin/ssh-keygen";
/** The variables that `ssh-keygen` receives: those that an agent, a prompt at the terminal and the language need. */
const passedOn = ["HOME", "SSH_AUTH_SOCK", "TERM", "LANG", "DISPLAY", "SystemRoot"];

function sayDemand(demand: SignerDemand): string {
  if (demand.kind === "files") return demand.files.map(({ path }) => path).join(" and ");
  return `${demand.path}, which cannot be used (${demand.why})`;
}

function describe(demand: SignerDemand, people: readonly string[]): readonly string[] {
  if (demand.kind === "unusable") return [`Signatures are demanded by ${sayDemand(demand)}.`];
  return demand.files.map(({ path, sha256, signers }) => {
    const listed = people.map((iamId) => {
      const keys = new Set(
        signers.filter(({ principal }) => principal === foldIamId(iamId)).map(({ key }) => key.text),
      );
      return `${iamId} ${keys.size === 0 ? "(no key)" : `(${keys.size} ${keys.size === 1 ? "key" : "keys"})`}`;
    });
    return `Signatures are demanded by ${path} (SHA-256 ${sha256}): ${listed.join(", ")}.`;
  });
}

function notListed(iamId: string, demand: SignerDemand): UkoError {
  return missing(`the key that signed is not listed for ${iamId} in ${sayDemand(demand)}`, [
    "Next: ask the people who maintain that file, or link another key.",
  ]);
}

function missing(why: string, next: readonly string[], cause?: unknown): UkoError {
  return new UkoError("UKO_SIGNATURE_MISSING", {
    summary: `The consent was not signed: ${why}`,
    detail: ["Nothing was changed.", ...next].join("\n"),
    ...(cause !== undefined && { cause }),
  });
}
