/**
 * Notes which members of a response a judgment read, so that a message and a recording show what the service answered.
 * A chain of conditions stops at the first one that fails, so the last member that was read is the one that the
 * judgment is about.
 */

import type { WireResponse } from "./wire.ts";

/** Members that JavaScript itself reads of a list or of an object. */
const ownOfLanguage: readonly string[] = ["length", "constructor", "toJSON"];

/** The values that were read, by the path of their member, in which `*` stands for each item of a list. */
export type Reads = ReadonlyMap<string, ReadonlySet<unknown>>;

export interface WatchedResponse {
  readonly response: WireResponse;
  readonly reads: Reads;
}

export function watchReads({ status, headers, body }: WireResponse): WatchedResponse {
  const reads = new Map<string, Set<unknown>>();
  const note = (path: string, value: unknown): void => {
    const values = reads.get(path) ?? new Set();
    // The member that was read last comes last.
    reads.delete(path);
    reads.set(path, values.add(value));
  };
  const response = { status, headers: watched(headers, "", note), body: watched(body, "", note) } as WireResponse;
  return { response, reads };
}

function watched(value: unknown, path: string, note: (path: string, value: unknown) => void): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof name === "symbol" || typeof member === "function" || ownOfLanguage.includes(name)) return member;
      const own = Array.isArray(target) ? "*" : name;
      const below = path === "" ? own : `${path}.${own}`;
      if (typeof member !== "object" || member === null) note(below, member);
      return watched(member, below, note);
    },
  });
}
