/** A stage with the real Pulumi CLI: one stack, and a checkout of the project for each person. */

import { generateKeyPairSync } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LocalUko } from "./local-uko.ts";
import type { PulumiPerson, PulumiWorkspace } from "./pulumi.ts";
import { essenceOf } from "./pulumi-output.ts";
import { type Expected, type Name, Stage, StoryError, type Write } from "./stage.ts";

export class PulumiStage extends Stage {
  readonly #workspace: PulumiWorkspace;
  readonly #people = new Map<Name, Promise<PulumiPerson>>();

  constructor(uko: LocalUko, workspace: PulumiWorkspace, write: Write) {
    super(uko, write);
    this.#workspace = workspace;
  }

  /** One run of Pulumi by a person. Returns Pulumi's output. */
  async pulumi(
    name: Name,
    command: "up" | "destroy" | "destroy --continue-on-error" | `destroy --target '${string}'`,
    expected: Expected,
  ): Promise<string> {
    const person = await this.#person(name);
    const typed = `${command} --yes --skip-preview`;
    await this.prompt(name, `pulumi ${typed}`);
    const args = typed.replaceAll("'", "").split(" ");
    const result = await person.run(args);
    return this.show(result, essenceOf(result.output), expected);
  }

  /** One `uko` command, which needs no stack. */
  async command(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    const person = await this.#person(name);
    await this.prompt(name, `uko ${args.join(" ")}`);
    const result = await person.uko(args);
    return this.show(result, result.output.trimEnd(), expected);
  }

  /** Gives a person a key to sign with: `bob.key`, and `bob.pem` for everyone. */
  async signingKey(name: Name): Promise<void> {
    const { workingCopy } = await this.#person(name);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    await writeFile(path.join(workingCopy, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(path.join(workingCopy, `${name}.pem`), publicKey.export({ type: "spki", format: "pem" }));
  }

  /** Copies files from one person's folder to another's. */
  async send(files: readonly string[], from: Name, to: Name): Promise<void> {
    const [source, target] = [await this.#person(from), await this.#person(to)];
    for (const file of files) await copyFile(path.join(source.workingCopy, file), path.join(target.workingCopy, file));
  }

  /** Ends the story unless nothing is left in the stack's state. */
  async expectEmptyState(name: Name): Promise<void> {
    const { resources } = await (await this.#person(name)).exportState();
    if (resources.length > 0)
      throw new StoryError(`The stack still contains ${resources.map(({ urn }) => urn).join(", ")}`);
  }

  /** `kms/<keyId>` of the one KMS key in the stack. */
  async kmsKeyId(name: Name): Promise<string> {
    const { resources } = await (await this.#person(name)).exportState();
    const found = resources.filter(({ type }) => type.endsWith(":KmsKey"));
    if (found[0]?.id === undefined || found.length > 1)
      throw new StoryError(`Expected one such key, not ${found.length}`);
    return `kms/${found[0].id}`;
  }

  /** All runs write their evidence into one file, outside the checkouts. */
  protected override environmentOf(name: Name): Readonly<Record<string, string>> {
    return { ...super.environmentOf(name), UKO_EVIDENCE: path.join(this.#workspace.folder, "evidence.jsonl") };
  }

  #person(name: Name): Promise<PulumiPerson> {
    const person = this.#people.get(name) ?? this.#workspace.person(name, { env: this.environmentOf(name) });
    this.#people.set(name, person);
    return person;
  }
}
