/**
 * Notes which members of a response a judgment read. So a message and a recording show what the service answered, and
 * not only that the answer was unexpected. A chain of conditions stops at the first one that fails, so the last member
 * that was read is the one that the judgment is about.
 */

import type { WireResponse } from "./wire.ts";

/** Members that JavaScript itself reads of a list or of an object. */
const ownOfLanguage: readonly string[] = ["length", "constructor", "toJSON"];

export interface WatchedResponse {
  readonly response: WireResponse;
  /** The paths of the values that were read, such as `errors.0.code`, in order. */
  readonly reads: () => readonly string[];
}

export function watchReads({ status, headers, body }: WireResponse): WatchedResponse {
  const reads = new Set<string>();
  const note = (path: string): void => {
    reads.delete(path);
    reads.add(path);
  };
  return {
    response: { status, headers: watched(headers, "", note) as WireResponse["headers"], body: watched(body, "", note) },
    reads: () => [...reads],
  };
}

function watched(value: unknown, path: string, note: (path: string) => void): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof name === "symbol" || typeof member === "function" || ownOfLanguage.includes(name)) return member;
      const below = path === "" ? name : `${path}.${name}`;
      if (typeof member !== "object" || member === null) note(below);
      return watched(member, below, note);
    },
  });
}
