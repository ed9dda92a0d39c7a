/** What is wrong with the arguments of a question, before it is asked. */

import type { CheckFailure } from "../engine/definition.ts";
import { failuresOfKnown } from "../engine/given.ts";
import { functions } from "./functions.ts";

/** Answers each fault at its argument; what is known only later passes. */
export function checkArguments(
  question: keyof typeof functions,
  args: Readonly<Record<string, unknown>>,
): readonly CheckFailure[] {
  return failuresOfKnown(functions[question].args.safeParse(args).error?.issues ?? [], args);
}
