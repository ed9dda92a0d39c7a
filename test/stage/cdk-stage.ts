/** A stage with a program of a CDK and the real OpenTofu: one state, and a checkout of the program for each person. */

import path from "node:path";
import { type CdkPerson, type CdkWorkspace, program, stackFolder } from "./cdk.ts";
import type { LocalUko } from "./local-uko.ts";
import { type Expected, type Name, Stage, StoryError, type Write } from "./stage.ts";
import { essenceOf } from "./tofu-output.ts";

export class CdkStage extends Stage {
  readonly #workspace: CdkWorkspace;
  readonly #people = new Map<Name, Promise<CdkPerson>>();

  constructor(uko: LocalUko, workspace: CdkWorkspace, write: Write) {
    super(uko, write);
    this.#workspace = workspace;
  }

  /** A person runs the program, and prepares OpenTofu for what it wrote. */
  async synthesize(name: Name): Promise<void> {
    const person = await this.#person(name);
    await this.prompt(name, `node ${program} && cd ${stackFolder} && tofu init`);
    const synthesized = await person.synthesize();
    this.show(synthesized, synthesized.output, { exitCode: 0, says: "" });
    const initialized = await person.tofu.init(["-no-color"]);
    const said = /^.* successfully initialized!$/m.exec(initialized.output)?.[0] ?? initialized.output;
    this.show(initialized, said, { exitCode: 0, says: "successfully initialized" });
  }

  /** One run of OpenTofu by a person. Returns OpenTofu's output. */
  async tofu(name: Name, command: "plan" | "apply" | "destroy", expected: Expected): Promise<string> {
    const { tofu } = await this.#person(name);
    const approval = command === "plan" ? [] : ["-auto-approve"];
    await this.prompt(name, ["tofu", command, ...approval].join(" "));
    const result = await tofu.run([command, ...approval]);
    return this.show(result, essenceOf(result.output), expected);
  }

  /** Ends the story unless nothing is left in the state. */
  async expectEmptyState(name: Name): Promise<void> {
    const { resources } = await (await this.#person(name)).tofu.state();
    if (resources.length > 0)
      throw new StoryError(`The state still contains ${resources.map(({ address }) => address).join(", ")}`);
  }

  /** All runs write their evidence into one file, outside the checkouts. */
  protected override environmentOf(name: Name): Readonly<Record<string, string>> {
    return { ...super.environmentOf(name), UKO_EVIDENCE: path.join(this.#workspace.folder, "evidence.jsonl") };
  }

  #person(name: Name): Promise<CdkPerson> {
    const person = this.#people.get(name) ?? this.#workspace.person(name, this.environmentOf(name));
    this.#people.set(name, person);
    return person;
  }
}
