/** Validation of a question's arguments, before the question is asked. */

import type { CheckFailure } from "../engine/definition.ts";
import { failuresOfKnown } from "../engine/program/input-validation.ts";
import { functions } from "./functions.ts";

/** Reports each error at its argument; unknown values pass. */
export function checkArguments(
  question: keyof typeof functions,
  args: Readonly<Record<string, unknown>>,
): readonly CheckFailure[] {
  return failuresOfKnown(functions[question].args.safeParse(args).error?.issues ?? [], args);
}
