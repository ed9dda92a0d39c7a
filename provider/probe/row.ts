/**
 * Defines a probe as data, so that one loop walks all of them (walk.ts). It has an ID, the assumption of the emulator
 * that it tests, the requests, and a function that says whether the responses confirm the assumption. The file
 * also has the functions with which probes read and judge responses.
 */

import type { WireRequest, WireResponse } from "./wire.ts";

/** `METHOD service /path`, in which `{name}` stands for a value of the run. */
export type Line = `${WireRequest["method"]} ${WireRequest["service"]} /${string}`;

/** Splits a line of a row. */
export const partsOf = (line: Line) => line.split(" ") as [WireRequest["method"], WireRequest["service"], string];

export type ProbeCall = Line | readonly [Line, Partial<Pick<WireRequest, "headers" | "as">>];

export interface ProbeRow {
  readonly id: string;
  /** The ID of a row in the emulator's fidelity.ts. */
  readonly answers: string;
  /** What the emulator does, as a sentence for the reader of a recording. */
  readonly expects: string;
  readonly send: readonly ProbeCall[];
  /** Gets the responses to the calls. A text says why they decide nothing. */
  readonly holds: (responses: readonly WireResponse[], values: Values) => boolean | string;
}

/** The values of a run: `{vault}`, `{key}`, `{unknown}` and so on. */
export type Values = Readonly<Record<string, string | undefined>>;

/** The values at a path in a body; `*` stands for each item of a list. */
export function pick(response: Pick<WireResponse, "body"> | undefined, path: string): readonly unknown[] {
  return path.split(".").reduce<readonly unknown[]>(
    (found, name) =>
      found.flatMap((value): readonly unknown[] => {
        if (typeof value !== "object" || value === null) return [];
        if (name === "*") return Array.isArray(value) ? value : [];
        const member = (value as Readonly<Record<string, unknown>>)[name];
        return member === undefined ? [] : [member];
      }),
    [response?.body],
  );
}

/** The value at a path without `*`. */
export const at = (response: Pick<WireResponse, "body"> | undefined, path: string): unknown => pick(response, path)[0];

export const textAt = (response: Pick<WireResponse, "body"> | undefined, path: string): string =>
  String(at(response, path) ?? "");

/** Whether the responses have these statuses, in order. */
export const statuses =
  (...wanted: readonly number[]): ProbeRow["holds"] =>
  (responses) =>
    wanted.every((status, index) => responses[index]?.status === status);

/** A refusal of UKO: its status, and the part of the request that the error names (uko-v4.md 3.14). */
export const refusedFor =
  (status: number, target?: string): ProbeRow["holds"] =>
  ([response]) =>
    response?.status === status &&
    at(response, "status_code") === status &&
    at(response, "errors.0.target.name") === target;

/** A refusal of KMS with its reason code (kms-v2-and-iam.md 4). */
export const kmsRefusal =
  (status: number, code?: string): ProbeRow["holds"] =>
  ([response]) =>
    response?.status === status && at(response, "resources.0.reasons.0.code") === code;

/** Whether each value is at most, or at least, the next one. */
export function isSorted(values: readonly unknown[], order: "up" | "down"): boolean | string {
  const texts = values.map(String);
  if (new Set(texts).size < 2) return "fewer than two different values are visible";
  const pairs = texts.slice(1).map((next, index) => [texts[index] ?? "", next] as const);
  return pairs.every(([one, next]) => (order === "up" ? one <= next : one >= next));
}
