/**
 * Redacts addresses of the API and CRNs. Their parts have a meaning by their place: a word of the protocol stays where
 * only the protocol has a word, also if a key has it as its name, and an ID or a name never stays.
 */

import { lists, notIds, typed, typedParameters } from "./members.ts";

/** The rules of the redaction for one text. */
export interface TextRules {
  /** Whether the text consists of words of the protocol. */
  readonly isProtocol: (text: string) => boolean;
  /** A text of which no word stays. */
  readonly replaced: (text: string, member: string) => string;
  /** A text that a person typed. */
  readonly nameOf: (text: string, member: string) => string;
  readonly countOf: (digits: string) => string;
  readonly pieceOf: (text: string, member: string) => string;
  readonly piecesOf: (text: string, member: string) => string;
}

/** The member of a part that has its word from the protocol. */
const inPlace = "path";

export function createAddresses({ isProtocol, replaced, nameOf, countOf, pieceOf, piecesOf }: TextRules) {
  const parameterOf = (name: string, value: string): string => {
    const member = /\w+(?=(\[\])?$)/.exec(name)?.[0] ?? "";
    // A query has a blank as `+`.
    const text = decodedUri(value.replaceAll("+", " "));
    if (text === "") return text;
    if (typed.includes(member) || typedParameters.includes(member)) return nameOf(text, member);
    // The last page of a list says how long the list is.
    return member === "offset" && /^\d+$/.test(text) ? countOf(text) : piecesOf(text, inPlace);
  };
  const queryOf = (query: string): string =>
    query
      .split("&")
      .map((each) => {
        const [encoded = "", ...rest] = each.split("=");
        const name = decodedUri(encoded);
        const shown = isProtocol(name.replaceAll(/[[\]]/g, "")) ? encoded : piecesOf(encoded, inPlace);
        return rest.length === 0 ? shown : `${shown}=${parameterOf(name, rest.join("="))}`;
      })
      .join("&");
  return {
    /** With or without its host and its query. */
    addressOf(text: string): string {
      const [, host = "", path = "", query] = /^(https?:\/\/[^/?]*)?([^?]*)(?:\?(.*))?$/s.exec(text) ?? [];
      const segments = path.split("/").map((segment, at, all) => {
        const isId = lists.includes(all[at - 1] ?? "") && segment !== "" && !notIds.includes(segment);
        return isId ? replaced(decodedUri(segment), "id") : piecesOf(segment, inPlace);
      });
      return `${piecesOf(host, inPlace)}${segments.join("/")}${query === undefined ? "" : `?${queryOf(query)}`}`;
    },
    crnOf(text: string): string {
      if (text.startsWith("crn-")) return replaced(text, "person");
      // After the service come the region, the account, the instance, the type of the resource, and the resource.
      const shown = text.split(":").map((part, at) => {
        if (part === "" || at < 5 || at === 8) return part === "" ? part : pieceOf(part, inPlace);
        return part.startsWith("a/") ? `a/${replaced(part.slice(2), "crn")}` : replaced(part, "crn");
      });
      return shown.join(":");
    },
  };
}

export function decodedUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
