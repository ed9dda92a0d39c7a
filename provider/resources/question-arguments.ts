/** What is wrong with the arguments of a question, before it is asked. */

import type { CheckFailure } from "../engine/definition.ts";
import { toFailures } from "../engine/given.ts";
import { isOpen } from "../engine/preview.ts";
import { functions } from "./functions.ts";

/** Answers each fault at its argument; what is known only later passes. */
export function checkArguments(
  question: keyof typeof functions,
  args: Readonly<Record<string, unknown>>,
): readonly CheckFailure[] {
  const { error } = functions[question].args.safeParse(args);
  const failures = error?.issues.flatMap(toFailures) ?? [];
  return failures.filter(({ property }) => !isOpen(args[property.split(".")[0] ?? ""]));
}
