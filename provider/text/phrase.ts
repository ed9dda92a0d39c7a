/**
 * Composes what a person types to confirm an act. For one key it is the label, or the ID if the label shows nothing. For
 * several keys it is the act and their number, because a number that is not the expected one is noticed.
 */

import { confirmingText } from "./printable.ts";

export interface Phrase {
  readonly phrase: string;
  /** How a question names the phrase. */
  readonly what: string;
}

export const stepAndNumber = "the step and the number of keys";

/** Such as `destroy 812`, or `destroy 812, 31 recent` if a class of exceptions is large. */
export function setPhrase(act: string, keys: number, exceptions = ""): string {
  return `${act} ${keys}${exceptions === "" ? "" : `, ${exceptions}`}`;
}

export function phraseFor(
  act: string,
  keys: readonly { readonly label: string; readonly id: string }[],
  exceptions?: string,
): Phrase {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    const phrase = confirmingText(only.label, only.id);
    return { phrase, what: `the ${phrase === only.id ? "ID" : "label"} of the key` };
  }
  return { phrase: setPhrase(act, keys.length, exceptions), what: stepAndNumber };
}
