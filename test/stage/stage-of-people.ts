/** A stage on which each person has a folder: there they run `uko`, keep a key to sign with, and receive files. */

import { generateKeyPairSync } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LocalUko } from "./local-uko.ts";
import type { Person } from "./person.ts";
import { type Expected, type Name, Stage, type Write } from "./stage.ts";

/** Where the people of a story have their folders. */
export interface Place<Member extends Person> {
  readonly folder: string;
  person(name: Name, options: { readonly env: Readonly<Record<string, string>> }): Promise<Member>;
}

export class StageOfPeople<Member extends Person> extends Stage {
  readonly #place: Place<Member>;
  readonly #people = new Map<Name, Promise<Member>>();

  constructor(uko: LocalUko, place: Place<Member>, write: Write) {
    super(uko, write);
    this.#place = place;
  }

  /** One `uko` command, which needs no engine. */
  async command(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    const person = await this.person(name);
    await this.prompt(name, `uko ${args.join(" ")}`);
    const result = await person.uko(args);
    return this.show(result, result.output.trimEnd(), expected);
  }

  /** Gives a person a key to sign with: `bob.key`, and `bob.pem` for everyone. */
  async signingKey(name: Name): Promise<void> {
    const { workingCopy } = await this.person(name);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    await writeFile(path.join(workingCopy, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(path.join(workingCopy, `${name}.pem`), publicKey.export({ type: "spki", format: "pem" }));
  }

  /** Copies files from one person's folder to another's. */
  async send(files: readonly string[], from: Name, to: Name): Promise<void> {
    const [source, target] = [await this.person(from), await this.person(to)];
    for (const file of files) await copyFile(path.join(source.workingCopy, file), path.join(target.workingCopy, file));
  }

  /** All runs write their evidence into one file, outside the folders of the people. */
  protected override environmentOf(name: Name): Readonly<Record<string, string>> {
    return { ...super.environmentOf(name), UKO_EVIDENCE: path.join(this.#place.folder, "evidence.jsonl") };
  }

  protected person(name: Name): Promise<Member> {
    const person = this.#people.get(name) ?? this.#place.person(name, { env: this.environmentOf(name) });
    this.#people.set(name, person);
    return person;
  }
}
