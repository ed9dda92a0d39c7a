/** The programs that the documentation shows, with the resource that each is shown at. */

import { describedNames } from "../../../sdk/make/described.ts";
import { documentationOf } from "../../../sdk/make/docs/documentation.ts";

export type ExampleLanguage = "typescript" | "python" | "go" | "yaml";

export interface ExampleProgram {
  /** Fit for a folder and for a package: `managed_key_1`. */
  readonly name: string;
  readonly text: string;
}

/** Answers every program in one language. */
export function examplePrograms(language: ExampleLanguage): readonly ExampleProgram[] {
  return describedNames.flatMap((resource) =>
    documentationOf(resource).examples.flatMap(({ programs }, index) => {
      const name = `${resource.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase()}_${index + 1}`;
      return programs[language] === undefined ? [] : [{ name, text: `${programs[language]}\n` }];
    }),
  );
}
