/** The programs that the documentation shows, with the resource that each is shown at. */

import { type Documentation, documentation } from "../../../provider/schema/documentation.ts";

export type ExampleLanguage = "typescript" | "python" | "go" | "yaml";

export interface ExampleProgram {
  /** Fit for a folder and for a package: `managed_key_1`. */
  readonly name: string;
  readonly text: string;
}

/** Answers every program in one language. */
export function examplePrograms(language: ExampleLanguage): readonly ExampleProgram[] {
  return Object.entries<Documentation>(documentation).flatMap(([resource, { examples }]) =>
    examples.map((example, index) => ({
      name: `${resource.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase()}_${index + 1}`,
      text: `${example[language]}\n`,
    })),
  );
}
