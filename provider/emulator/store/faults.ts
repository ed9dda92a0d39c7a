/**
 * Applies faults that a test adds as rules: a request that matches gets an error, a delay or a changed response, loses
 * its connection, or waits until the test releases it.
 */

import * as z from "zod";
import { uuidOf } from "./forms.ts";

const side = z.enum(["before", "after"]);
const said = <Schema extends z.ZodType>(schema: Schema, description: string) => schema.meta({ description });

export const faultSchema = z.strictObject({
  operation: said(
    z.string().optional(),
    "The name of the call (`destroyManagedKey`, `setKeyForDeletion`, `token`); any when absent",
  ),
  method: z.string().optional(),
  path: said(z.string().optional(), "A part of the path"),
  keyId: z.string().optional(),
  caller: said(z.string().optional(), "iam_id"),
  skip: said(z.int().min(0).default(0), "Matching requests to let pass first"),
  times: z.int().min(1).default(1_000_000),
  every: said(z.int().min(1).default(1), "Applies to the first of the requests that follow, and to each n-th after it"),
  latencyMs: said(z.int().min(0).max(60_000).default(0), "Real time"),
  hold: said(side.optional(), "Holds the call until it is released, at most 60 s"),
  drop: said(side.optional(), "Cuts the connection before or after the effect"),
  status: z.int().min(200).max(599).optional(),
  when: said(side.default("before"), "Whether `status` replaces the effect or only the response"),
  body: z.unknown().optional(),
  rewrite: said(
    z.record(z.string(), z.unknown()).optional(),
    "Members of a successful response by their paths (`a.b`, also in each item of a list)",
  ),
  omit: said(z.array(z.string()).optional(), "Members that a successful response lacks, by their paths"),
  retryAfter: z.union([z.string(), z.number()]).optional(),
});

export type FaultRule = z.output<typeof faultSchema> & { readonly id: string };

export interface FaultSubject {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** IDs that the request names: the key's, the backing key's. */
  readonly keyIds: readonly string[];
  readonly caller?: string | undefined;
}

export interface HeldCall extends FaultSubject {
  readonly fault: string;
  readonly hold: "before" | "after";
}

export interface FaultState {
  readonly rules: readonly FaultRule[];
  readonly matches: readonly (readonly [id: string, count: number])[];
  readonly count: number;
}

const maxRules = 1_000;
const maxHoldMs = 60_000;

export class FaultRules {
  #rules: FaultRule[] = [];
  #matches = new Map<string, number>();
  #held = new Map<HeldCall, () => void>();
  #count = 0;

  add(rule: z.output<typeof faultSchema>): FaultRule {
    if (this.#rules.length >= maxRules) throw new Error(`The emulator keeps at most ${maxRules} fault rules.`);
    this.#count += 1;
    const added = { ...rule, id: uuidOf(`fault/${this.#count}`).slice(0, 8) };
    this.#rules.push(added);
    return added;
  }

  remove(id: string): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
    this.#matches.clear();
    this.release();
  }

  list(): readonly (FaultRule & { readonly matched: number })[] {
    return this.#rules.map((rule) => ({ ...rule, matched: this.#matches.get(rule.id) ?? 0 }));
  }

  /** The rules with their counts, for snapshots. Held calls are not included, because they end with the process. */
  state(): FaultState {
    return { rules: this.#rules, matches: [...this.#matches], count: this.#count };
  }

  /** Restores the rules of a snapshot. Calls that are held stay held. */
  restore({ rules, matches, count }: FaultState): void {
    this.#rules = [...rules];
    this.#matches = new Map(matches);
    this.#count = count;
  }

  held(): readonly HeldCall[] {
    return [...this.#held.keys()];
  }

  release(): number {
    const releases = [...this.#held.values()];
    for (const release of releases) release();
    return releases.length;
  }

  /** The first rule that applies to this request; counts the match. */
  apply(subject: FaultSubject): FaultRule | undefined {
    for (const rule of this.#rules) {
      if (!matches(rule, subject)) continue;
      const matched = (this.#matches.get(rule.id) ?? 0) + 1;
      this.#matches.set(rule.id, matched);
      const past = matched - rule.skip - 1;
      if (past >= 0 && past % rule.every === 0 && past / rule.every < rule.times) return rule;
    }
    return undefined;
  }

  /** Holds a call until it is released, its client disconnects, or a minute has passed. */
  hold(call: HeldCall, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        this.#held.delete(call);
        resolve();
      };
      const timer = setTimeout(release, maxHoldMs);
      signal.addEventListener("abort", release, { once: true });
      this.#held.set(call, release);
      if (signal.aborted) release();
    });
  }
}

function matches(rule: FaultRule, subject: FaultSubject): boolean {
  return (
    (rule.operation === undefined || rule.operation === subject.operation) &&
    (rule.method === undefined || rule.method.toUpperCase() === subject.method) &&
    (rule.path === undefined || subject.path.includes(rule.path)) &&
    (rule.keyId === undefined || subject.keyIds.includes(rule.keyId)) &&
    (rule.caller === undefined || rule.caller === subject.caller)
  );
}
