/** The programs that the documentation shows, with the resource or the function that each is shown at. */

import { describedNames } from "../../../sdk/make/described.ts";
import { documentationOf } from "../../../sdk/make/docs/documentation.ts";
import { exampleFunctions, functionPrograms } from "../../../sdk/make/docs/function-programs.ts";

export type ExampleLanguage = "typescript" | "python" | "go" | "java" | "yaml";

export interface ExampleProgram {
  /** Fit for a folder and for a package: `managed_key_1`. */
  readonly name: string;
  readonly text: string;
}

/** The programs of all resources in one language. */
export function resourcePrograms(language: ExampleLanguage): readonly ExampleProgram[] {
  return describedNames.flatMap((resource) =>
    documentationOf(resource).examples.flatMap(({ programs }, index) => {
      const name = `${folderName(resource)}_${index + 1}`;
      return programs[language] === undefined ? [] : [{ name, text: `${programs[language]}\n` }];
    }),
  );
}

/** Every program in one language. */
export function examplePrograms(language: ExampleLanguage): readonly ExampleProgram[] {
  const ofFunctions = exampleFunctions.map((name) => ({
    name: folderName(name),
    text: `${functionPrograms(name)[language]}\n`,
  }));
  return [...resourcePrograms(language), ...ofFunctions];
}

function folderName(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}
