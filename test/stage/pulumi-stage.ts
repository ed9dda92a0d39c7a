/** A stage with the real Pulumi CLI: one stack, and a checkout of the project for each person. */

import type { PulumiPerson } from "./pulumi.ts";
import { essenceOf } from "./pulumi-output.ts";
import { type Expected, type Name, StoryError } from "./stage.ts";
import { StageOfPeople } from "./stage-of-people.ts";

export class PulumiStage extends StageOfPeople<PulumiPerson> {
  /** One run of Pulumi by a person. Returns Pulumi's output. */
  async pulumi(
    name: Name,
    command: "up" | "destroy" | "destroy --continue-on-error" | `destroy --target '${string}'`,
    expected: Expected,
  ): Promise<string> {
    const person = await this.person(name);
    const typed = `${command} --yes --skip-preview`;
    await this.prompt(name, `pulumi ${typed}`);
    const args = typed.replaceAll("'", "").split(" ");
    const result = await person.run(args);
    return this.show(result, essenceOf(result.output), expected);
  }

  /** Ends the story unless nothing is left in the stack's state. */
  async expectEmptyState(name: Name): Promise<void> {
    const { resources } = await (await this.person(name)).exportState();
    if (resources.length > 0)
      throw new StoryError(`The stack still contains ${resources.map(({ urn }) => urn).join(", ")}`);
  }

  /** `kms/<keyId>` of the one KMS key in the stack. */
  async kmsKeyId(name: Name): Promise<string> {
    const { resources } = await (await this.person(name)).exportState();
    const found = resources.filter(({ type }) => type.endsWith(":KmsKey"));
    if (found[0]?.id === undefined || found.length > 1)
      throw new StoryError(`Expected one such key, not ${found.length}`);
    return `kms/${found[0].id}`;
  }
}
