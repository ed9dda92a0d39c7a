/** A deletion by two people, its evidence, and everybody's keys, for the tests of certificates. */

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dsse } from "@sigstore/core";
import { createEvidenceIndex, createLogReader, type LoggedLine } from "../../provider/certificate/evidence-log.ts";
import { keyInEvidence } from "../../provider/certificate/key-history.ts";
import { sha256 } from "../../provider/services/evidence-file.ts";
import type { CliStage } from "../cli/cli-stage.ts";
import { type Ended, type KeyName, keys, type Person } from "../cli/harness.ts";
import { linesIn } from "../support/json-lines.ts";

export const people = { alice: "IBMid-550000ALICE", bob: "IBMid-550000BOB", carol: "IBMid-550000CAROL" } as const;

export interface Story extends CliStage {
  file(name: string): string;
  /** A `uko` command, in which `@name` is a file of the folder. */
  uko(who: Person, command: string, environment?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The first three runs: requested, deactivated, destroyed and no longer in any keystore. */
  destroy(key: KeyName, environment?: Readonly<Record<string, string>>): Promise<void>;
  remove(key: KeyName): Promise<void>;
  envelope(name: string): Envelope;
  /** The lines of the evidence. */
  entries(): LoggedLine[];
}

/** The keys with which people sign certificates. */
export function writeKeys(folder: string): void {
  for (const who of Object.keys(people)) {
    const { privateKey, publicKey } =
      who === "alice" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
    writeFileSync(path.join(folder, `${who}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(path.join(folder, `${who}.pem`), publicKey.export({ type: "spki", format: "pem" }));
  }
}

/** The story on a stage. It signs with the keys that `writeKeys` put into the folder before. */
export function storyOn({ world, folder }: CliStage): Story {
  const file = (name: string): string => path.join(folder, name);
  const uko: Story["uko"] = (who, command, environment = {}) =>
    world.uko(who, command.replaceAll(/(?<=[\s=])@/g, `${folder}/`), {
      UKO_EVIDENCE: file("evidence.jsonl"),
      ...environment,
    });
  const approve = async (who: Person, key: string, environment = {}): Promise<void> => {
    const ended = await world.type(who, `approve ${key}`, undefined, {
      UKO_EVIDENCE: file("evidence.jsonl"),
      ...environment,
    });
    if (ended.exitCode !== 0) throw new Error(ended.out + ended.err);
  };

  return {
    world,
    folder,
    file,
    uko,
    async destroy(name, environment) {
      const key = keys[name];
      await uko("bob", `request ${key} --reason "Payroll moved"`, environment);
      await world.advance("1m");
      await approve("alice", key, environment);
      await uko("alice", `request ${key} --reason "Ledger closed"`, environment);
      await world.advance("5h");
      await approve("bob", key, environment);
      await world.advance("31d");
    },
    async remove(name) {
      await uko("bob", `continue ${keys[name]}`);
    },
    entries: () => linesIn<LoggedLine>(file("evidence.jsonl")).map((line) => ({ ...line, log: 0 })),
    envelope: (name) => JSON.parse(readFileSync(file(name), "utf8")) as Envelope,
  };
}

/** The one key that the entries are about, as a certificate has it. */
export function keyIn(entries: readonly object[]) {
  const lines = entries.map((entry, start) => {
    const text = JSON.stringify(entry);
    return { text, sha256: sha256(text), isComplete: true, start, length: 1 };
  });
  const reader = createLogReader(0);
  for (const line of lines) reader.add(line);
  const index = createEvidenceIndex(({ start }) => {
    const line = lines[start];
    if (line === undefined) throw new Error("a line that the file does not have");
    return line;
  });
  index.add(reader.end(undefined));
  return keyInEvidence(index.subjects()[0] ?? "", index);
}

/** The options with which everybody's signature counts. */
export const trustAll = Object.entries(people)
  .map(([who, iamId]) => `--trust ${iamId}=@${who}.pem`)
  .join(" ");

/** The JSON of an envelope, as another program reads it. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: { readonly keyid: string; readonly sig: string }[];
}

export const serializeEnvelope = (envelope: Envelope): string => `${JSON.stringify(envelope)}\n`;

export const signedBytes = ({ payload, payloadType }: Envelope): Buffer =>
  dsse.preAuthEncoding(payloadType, Buffer.from(payload, "base64"));

export function privateKeyOf(story: Story, who: string): KeyObject {
  return createPrivateKey(readFileSync(story.file(`${who}.key`)));
}

/** The file of an envelope that Bob and Alice signed again, so that only the statement itself can give it away. */
export function signedByBoth(story: Story, envelope: Envelope): string {
  const bytes = signedBytes(envelope);
  const signatures = envelope.signatures.map(({ keyid }, at) => {
    const sig =
      at === 0
        ? sign(undefined, bytes, privateKeyOf(story, "bob"))
        : sign("sha256", bytes, privateKeyOf(story, "alice"));
    return { keyid, sig: sig.toString("base64") };
  });
  return serializeEnvelope({ ...envelope, signatures });
}
