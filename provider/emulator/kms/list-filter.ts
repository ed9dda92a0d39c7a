/** The `filter` parameter: `prop=value`, dates with operators, `none` (kms-v2-and-iam.md 2.3). */

import { dayMs, wholeSecondMs } from "../clock.ts";
import type { KmsKey } from "../model.ts";
import { invalidQuery } from "./envelope.ts";

export interface KeyFilter {
  /** The properties that the filter names. */
  readonly names: ReadonlySet<string>;
  matches(key: KmsKey): boolean;
}

const dates = {
  creationDate: (key) => key.createdMs,
  lastUpdateDate: (key) => key.updatedMs,
  lastRotateDate: (key) => key.rotatedMs,
  deletionDate: (key) => key.deletedMs,
  expirationDate: (key) => key.expiresMs,
} as const satisfies Record<string, (key: KmsKey) => number | undefined>;

const comparisons = {
  lte: (a, b) => a <= b,
  lt: (a, b) => a < b,
  gte: (a, b) => a >= b,
  gt: (a, b) => a > b,
} as const satisfies Record<string, (a: number, b: number) => boolean>;

const maxTimes = 3;

/** `others` are the request's other parameters; a property among them cannot be filtered by. */
export function filterOf(text: string | null, others: ReadonlySet<string>, what: string): KeyFilter {
  const terms = (text ?? "").split(" ").filter((term) => term !== "");
  const conditions: ((key: KmsKey) => boolean)[] = [];
  const counts = new Map<string, number>();
  for (const term of terms) {
    const [, name = "", value = ""] = /^([A-Za-z]+)=(.+)$/.exec(term) ?? [];
    const condition = conditionOf(name, value);
    const count = (counts.get(name) ?? 0) + 1;
    if (condition === undefined || count > maxTimes || others.has(name)) throw invalidQuery("filter", what);
    counts.set(name, count);
    conditions.push(condition);
  }
  return { names: new Set(counts.keys()), matches: (key) => conditions.every((holds) => holds(key)) };
}

function conditionOf(name: string, value: string): ((key: KmsKey) => boolean) | undefined {
  if (name === "state" && /^[01235](,[01235])*$/.test(value)) {
    const states = value.split(",").map(Number);
    return (key) => states.includes(key.state);
  }
  if ((name === "extractable" || name === "imported") && /^(true|false)$/i.test(value)) {
    return (key) => String(key[name]) === value.toLowerCase();
  }
  if (Object.hasOwn(dates, name)) return dateCondition(dates[name as keyof typeof dates], value);
  return undefined;
}

function dateCondition(
  dateOf: (key: KmsKey) => number | undefined,
  value: string,
): ((key: KmsKey) => boolean) | undefined {
  if (/^none$/i.test(value)) return (key) => dateOf(key) === undefined;
  const [, operator, date = ""] = /^(?:(lte|lt|gte|gt):)?"?([^"]+)"?$/.exec(value) ?? [];
  const boundMs = Date.parse(date);
  if (Number.isNaN(boundMs)) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(date);
  return (key) => {
    const ms = dateOf(key);
    if (ms === undefined) return false;
    const secondMs = wholeSecondMs(ms);
    if (operator !== undefined) return comparisons[operator as keyof typeof comparisons](secondMs, boundMs);
    return isDay ? Math.floor(secondMs / dayMs) * dayMs === boundMs : secondMs === boundMs;
  };
}
