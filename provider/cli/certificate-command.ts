/**
 * `uko certificate`: creates, signs, verifies and shows certificates of deleted keys, from evidence files and without a
 * service.
 */

import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { SignerChoice, Target, WaveChoice } from "../compose/certificates.ts";
import { jsonLine, shellWord } from "../compose/text.ts";
import { UkoError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { isKmsName, parseAnyKey, parseKeyPath, repeatable, usageError } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { evidenceFiles, withFilesOf } from "./files.ts";
import { renderTable } from "./table.ts";

interface SignerOptions {
  readonly signKey?: string;
  readonly signer?: string;
  readonly signerKey?: string;
}

interface TargetOptions {
  readonly out: string;
  readonly force?: true;
}

/** Imports the libraries of certificates, which only these commands need. */
const load = () => import("../compose/certificates.ts");

export function addCertificateCommand(program: Command, world: CliWorld): void {
  const certificate = program
    .command("certificate")
    .description("Create, sign, check and show certificates of deleted keys, which anyone can check offline")
    .helpCommand("help [command]", "show help for a command");
  addCreate(certificate, world);
  addSign(certificate, world);
  addVerify(certificate, world);
  addShow(certificate, world);
}

interface WaveOptions {
  readonly campaign?: string;
  readonly wave?: string;
}

interface CreateOptions extends SignerOptions, TargetOptions, WaveOptions {
  readonly evidence?: readonly string[];
  readonly key?: readonly string[];
}

function addCreate(parent: Command, world: CliWorld): void {
  const command = parent
    .command("create")
    .description("Create and sign a certificate from evidence files")
    .addOption(
      files(
        "--evidence <file>",
        "evidence file of a run, or a folder of them; repeatable (default: the evidence of the instance)",
      ),
    )
    .addOption(
      new Option("--key <key>", "only this key, <vaultId>/<keyId>; repeatable (default: all that ended)").argParser(
        repeatable(parseKeyName),
      ),
    )
    .addOption(new Option("--campaign <folder>", "every key of a wave of this campaign").conflicts("key"))
    .option("--wave <wave>", "the wave, with --campaign");
  withSigner(command)
    .requiredOption("--out <file>", "file for the certificate; uko does not overwrite files")
    .option("--force", "replace the file if it exists")
    .action(async (options: CreateOptions) => {
      const { createCertificate, leftOutHeading } = await load();
      const { proven, leftOut } = await createCertificate(
        {
          evidence: evidenceFiles(world, options.evidence, "--evidence"),
          keys: options.key ?? [],
          wave: waveOf(options),
          signer: signerOf(world, options),
          target: targetOf(options),
        },
        world.signal,
      );
      const missing = leftOut.length === 0 ? [] : [`${leftOutHeading}:`, ...leftOut];
      const written = `Wrote ${options.out}: ${proven}. To read it: uko certificate show ${options.out}`;
      world.out.write(`${[written, ...missing].join("\n")}\n`);
    });
}

function addSign(parent: Command, world: CliWorld): void {
  const command = parent
    .command("sign")
    .description("Add your signature to a certificate that other people may have signed")
    .addArgument(new Argument("<file>", "the certificate"));
  withSigner(command).action(async (file: string, options: SignerOptions) => {
    const { addSignature } = await load();
    const count = await addSignature(file, signerOf(world, options), world.signal);
    world.out.write(`Wrote ${file}: ${count} signatures.\n`);
  });
}

interface VerifyOptions extends WaveOptions {
  readonly trust?: readonly string[];
  readonly require: number;
  readonly twoPeople?: true;
  readonly activityTracker?: readonly string[];
  readonly allowedSigners?: string;
  readonly signed?: true;
  readonly evidence?: readonly string[];
  readonly allowEmulator?: true;
  readonly allowUnrecorded?: readonly string[];
  readonly json?: true;
}

function addVerify(parent: Command, world: CliWorld): void {
  parent
    .command("verify")
    .description(
      "Check a certificate, and show who requested, approved and executed each step, and how that is known; works offline",
    )
    .addArgument(new Argument("<file>", "the certificate"))
    .addOption(files("--trust <[iamId=]file>", "public key of a signer, or a trust file; repeatable"))
    .addOption(
      new Option("--require <number>", "number of different people who must have signed the certificate")
        .default(1)
        .argParser(parseCount),
    )
    .option(
      "--two-people",
      "fail unless signatures or audit events show two people behind each step: a requester, and another approver",
    )
    .addOption(
      files("--activity-tracker <file>", "audit events that you exported from the account, in JSON; repeatable"),
    )
    .option(
      "--allowed-signers <file>",
      "OpenSSH list of the people who may sign requests and approvals, with their keys",
    )
    .option("--signed", "with --allowed-signers: fail unless both people signed each destruction")
    .addOption(
      files("--evidence <file>", "evidence file to compare the certificate with, or a folder of them; repeatable"),
    )
    .option("--campaign <folder>", "folder of the campaign whose wave the certificate has to list completely")
    .option("--wave <wave>", "the wave, with --campaign")
    .option("--allow-emulator", "accept evidence of an emulator or of a host that is not IBM's")
    .addOption(
      new Option(
        "--allow-unrecorded <key>",
        "accept this key, <vaultId>/<keyId>, although its destruction is not recorded; repeatable",
      ).argParser(repeatable(parseKeyName)),
    )
    .option("--json", "one line of JSON")
    .action(async (file: string, options: VerifyOptions) => {
      const trust = trustOf(options);
      if (options.signed === true && options.allowedSigners === undefined) {
        throw usageError("--signed needs --allowed-signers", "Name a list that you did not get with the certificate.");
      }
      const { verifyFile, explainVerification, unnamedSigners } = await load();
      const result = await verifyFile({
        file,
        trust,
        requiredSigners: options.require,
        areTwoPeopleRequired: options.twoPeople === true,
        areSignaturesRequired: options.signed === true,
        allowedSigners: options.allowedSigners,
        events: options.activityTracker ?? [],
        allowsEmulator: options.allowEmulator === true,
        allowedUnrecorded: options.allowUnrecorded ?? [],
        evidence: withFilesOf(options.evidence ?? []),
        wave: waveOf(options),
      });
      const { certificate, ...checked } = result;
      const isValid = result.problems.length === 0;
      if (options.json === true) {
        const { notVerified = [], leftOut = [] } = certificate?.predicate ?? {};
        world.out.write(`${jsonLine({ v: 1, isValid, ...checked, leftOut, notVerified })}\n`);
      } else if (isValid) world.out.write(`${explainVerification(result)}\n`);
      if (isValid) return;
      const next = unnamedSigners(result).length === 0 ? [] : nameTheSigner(file);
      throw new UkoError("UKO_CERTIFICATE_INVALID", {
        summary: `${file} is not valid`,
        detail: options.json === true ? "" : [explainVerification(result), ...next].join("\n"),
      });
    });
}

/** The public key must not come from the certificate, because then anyone could have signed it. */
function nameTheSigner(file: string): readonly string[] {
  return [
    "Next: if you trust the signer, get the public key apart from the certificate, and name it:",
    `  uko certificate verify ${shellWord(file)} --trust alice.pem`,
  ];
}

function trustOf({ trust }: VerifyOptions): readonly string[] {
  if (trust !== undefined) return trust;
  throw usageError(
    "No trusted public key was named",
    [
      "A certificate states who signed it, and uko knows none of these people.",
      "Next: get the public key of each person whom you trust apart from the certificate, and name it:",
      "  uko certificate verify FILE --trust alice.pem",
    ].join("\n"),
  );
}

interface ShowOptions {
  readonly html?: string;
  readonly force?: true;
  readonly json?: true;
}

function addShow(parent: Command, world: CliWorld): void {
  parent
    .command("show")
    .description("Show what a certificate states; does not check its signatures")
    .addArgument(new Argument("<file>", "the certificate"))
    .option("--html <file>", "write a page instead, for reading and for printing on A4")
    .option("--force", "replace the file in --html if it exists")
    .option("--json", "the signed statement as one line of JSON")
    .action(async (file: string, { html, force, json }: ShowOptions) => {
      const { readCertificate, writePage, certificateHeading, certificateHeads, certificateRows, explainLimits } =
        await load();
      const read = await readCertificate(file);
      const { certificate, sha256, keyIds } = read;
      if (html !== undefined) {
        await writePage(read, { file: html, isReplaced: force === true });
        return void world.out.write(`Wrote ${html}\n`);
      }
      if (json === true) return void world.out.write(`${jsonLine(certificate)}\n`);
      const columns = certificateHeads.map((head) => ({ head, ...(head === "KEY" && { minWidth: 16 }) }));
      world.out.write(
        [
          certificateHeading(certificate),
          "",
          renderTable(world.out, { columns, rows: certificateRows(certificate.predicate.keys) }),
          "",
          explainLimits(certificate),
          "",
          `Statement SHA-256 ${sha256}`,
          ...keyIds.map((id) => `Signature of key ${printable(id, 64)}, not checked here`),
          "",
        ].join("\n"),
      );
    });
}

function withSigner(command: Command): Command {
  return command
    .option("--sign-key <file>", "your private key in PEM; UKO_SIGN_PASSPHRASE_FILE names a file with its passphrase")
    .option("--signer <command>", "command that signs: reads bytes on standard input, prints base64")
    .option("--signer-key <file>", "public key in PEM of --signer");
}

function files(flags: string, says: string): Option {
  return new Option(flags, says).argParser(repeatable(String));
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 999.");
}

/** Checks `<vaultId>/<keyId>` or `kms/<keyId>`, because evidence contains no other names. */
function parseKeyName(text: string): string {
  const key = parseAnyKey(text);
  if ("kmsKeyId" in key) return `kms/${key.kmsKeyId}`;
  if ("name" in key && isKmsName(key)) {
    throw usageError(
      `"${printable(text, 100)}" is not the ID of a KMS key`,
      "The ID of a KMS key is kms/ and a UUID. uko ls --kind kms shows it.",
    );
  }
  const { vaultId, keyId } = parseKeyPath(text);
  return `${vaultId}/${keyId}`;
}

function waveOf({ campaign, wave }: WaveOptions): WaveChoice | undefined {
  if (campaign !== undefined && wave !== undefined) return { folder: campaign, wave };
  if (campaign === undefined && wave === undefined) return undefined;
  throw usageError("--campaign and --wave belong together", "A certificate lists the keys of one wave. Set both.");
}

function targetOf({ out, force }: TargetOptions): Target {
  return { file: out, isReplaced: force === true };
}

function signerOf({ environment, ask }: CliWorld, { signKey, signer, signerKey }: SignerOptions): SignerChoice {
  if (signKey !== undefined && signer === undefined) {
    const { UKO_SIGN_PASSPHRASE_FILE: file } = environment;
    const passphrase = async () =>
      file ? (await load()).readPassphrase(file) : ask?.(`Passphrase of ${signKey}: `, true);
    return { kind: "file", file: signKey, passphrase };
  }
  if (signer !== undefined && signerKey !== undefined && signKey === undefined) {
    return { kind: "command", command: signer, publicKeyFile: signerKey, environment };
  }
  throw usageError("A certificate needs one signer", "Set --sign-key, or both --signer and --signer-key.");
}
