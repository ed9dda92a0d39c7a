/** The label of the resource that a message is about, for engines that show none next to it. */

import { asUkoError, UkoError } from "../../errors.ts";
import { capital, plain } from "./words.ts";

/** What people know a resource by. An edited state may lack everything but the noun. */
export interface ResourceLabel {
  readonly noun: string;
  readonly name?: unknown;
  readonly id?: unknown;
}

/** `key "payroll" 5c1e…/9b2d…`. */
function sayWhich({ noun, name, id }: ResourceLabel): string {
  const called = typeof name === "string" && name !== "" ? ` "${plain(name, 100)}"` : "";
  return `${noun}${called}${typeof id === "string" && id !== "" ? ` ${plain(id, 100)}` : ""}`;
}

/** The same error, with the resource's label at the start of its first line. */
export function errorAbout(which: ResourceLabel, thrown: unknown): UkoError {
  const { code, summary, detail, data, cause } = asUkoError(thrown);
  return new UkoError(code, { summary: `${capital(sayWhich(which))}: ${summary}`, detail, data, cause });
}

/**
 * A message whose first line already has the name. The ID is added below it, unless the message
 * contains the ID.
 */
export function messageAbout(which: ResourceLabel, message: string): string {
  if (typeof which.id !== "string" || message.includes(which.id)) return message;
  const [summary, ...lines] = message.split("\n");
  return [summary, `  It is ${sayWhich(which)}.`, ...lines].join("\n");
}
