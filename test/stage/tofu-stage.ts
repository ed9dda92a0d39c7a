/** A stage with the real OpenTofu: one state, and for each person a checkout of a configuration, or of a CDK program that writes one. */

import path from "node:path";
import { program, stackFolder } from "./cdk.ts";
import type { EngineResult } from "./engine-run.ts";
import type { LocalUko } from "./local-uko.ts";
import { type Expected, type Name, Stage, StoryError, type Write } from "./stage.ts";
import type { TofuPerson } from "./tofu.ts";
import { essenceOf } from "./tofu-output.ts";

/** A person with OpenTofu, and with the program of a CDK if the configuration comes from one. */
export interface TofuHands {
  readonly tofu: TofuPerson;
  synthesize?(): Promise<EngineResult>;
}

export interface TofuPlace {
  readonly folder: string;
  person(name: Name, env: Readonly<Record<string, string>>): Promise<TofuHands>;
}

export class TofuStage extends Stage {
  readonly #workspace: TofuPlace;
  readonly #people = new Map<Name, Promise<TofuHands>>();

  constructor(uko: LocalUko, workspace: TofuPlace, write: Write) {
    super(uko, write);
    this.#workspace = workspace;
  }

  /** A person runs the program, and prepares OpenTofu for what it wrote. */
  async synthesize(name: Name): Promise<void> {
    const person = await this.#person(name);
    await this.prompt(name, `node ${program} && cd ${stackFolder} && tofu init`);
    const synthesized = await person.synthesize?.();
    if (synthesized) this.show(synthesized, synthesized.output, { exitCode: 0, says: "" });
    await this.#init(person);
  }

  /** A person prepares OpenTofu for a configuration with modules. */
  async init(name: Name): Promise<void> {
    await this.prompt(name, "tofu init");
    await this.#init(await this.#person(name));
  }

  async #init({ tofu }: TofuHands): Promise<void> {
    const initialized = await tofu.init(["-no-color"]);
    const said = /^.* successfully initialized!$/m.exec(initialized.output)?.[0] ?? initialized.output;
    this.show(initialized, said, { exitCode: 0, says: "successfully initialized" });
  }

  /** One run of OpenTofu by a person. Returns OpenTofu's output. */
  async tofu(name: Name, typed: string, expected: Expected): Promise<string> {
    const { tofu } = await this.#person(name);
    const command = typed === "plan" ? typed : `${typed} -auto-approve`;
    await this.prompt(name, `tofu ${command}`);
    const result = await tofu.run(command.split(" "));
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

  #person(name: Name): Promise<TofuHands> {
    const person = this.#people.get(name) ?? this.#workspace.person(name, this.environmentOf(name));
    this.#people.set(name, person);
    return person;
  }
}
