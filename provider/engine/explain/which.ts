/** Says which resource a message is about, for engines that show none beside it. */

import { asUkoError, UkoError } from "../../errors.ts";
import { capital, plain } from "./words.ts";

/** What people know a resource by; a state that somebody edited may lack all but the kind. */
export interface Which {
  readonly kind: keyof typeof nouns;
  readonly name?: unknown;
  readonly id?: unknown;
}

const nouns = {
  managedKey: "key",
  kmsKey: "KMS key",
  vault: "vault",
  keystore: "keystore",
  keyTemplate: "template",
} as const;

/** What people call what programs call a `KeyTemplate`. */
export function nounFor(resource: string): string {
  const kind = resource.charAt(0).toLowerCase() + resource.slice(1);
  return kind in nouns ? nouns[kind as Which["kind"]] : resource;
}

/** `key "payroll" 5c1e…/9b2d…`. */
function sayWhich({ kind, name, id }: Which): string {
  const called = typeof name === "string" && name !== "" ? ` "${plain(name, 100)}"` : "";
  return `${nouns[kind]}${called}${typeof id === "string" && id !== "" ? ` ${plain(id, 100)}` : ""}`;
}

/** The same error, whose first line begins with what it is about. */
export function errorAbout(which: Which, thrown: unknown): UkoError {
  const { code, summary, detail, data, cause } = asUkoError(thrown);
  return new UkoError(code, { summary: `${capital(sayWhich(which))}: ${summary}`, detail, data, cause });
}

/** A message whose first line has the name already, with the id below it, where nothing in it tells that. */
export function messageAbout(which: Which, message: string): string {
  if (typeof which.id !== "string" || message.includes(which.id)) return message;
  const [summary, ...lines] = message.split("\n");
  return [summary, `  It is ${sayWhich(which)}.`, ...lines].join("\n");
}
