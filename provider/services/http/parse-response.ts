/** Parsing of the responses to reads, shared by all services. */

import type * as z from "zod";
import type { Answered } from "../../engine/ports.ts";
import type { HttpAnswer } from "./client.ts";
import { invalidAnswer } from "./faults.ts";
import { parseJson } from "./json.ts";

/**
 * Parses a body; throws UKO_ANSWER_INVALID with the path of the first error, and never with the
 * value at that path.
 */
export function openedFrom<T extends z.ZodType>(
  service: string,
  answer: HttpAnswer,
  schema: T,
  body: unknown = parseJson(answer.text),
): z.output<T> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.join(".") ?? "";
  throw invalidAnswer(service, `it does not have the documented form${place === "" ? "" : ` at ${place}`}`, answer);
}

/** Joins a value with the service's time, which every response must include. */
export function answeredFrom<T>(service: string, answer: HttpAnswer, value: T): Answered<T> {
  if (answer.serviceTimeMs === undefined)
    throw invalidAnswer(service, "it has no valid Date, and no other clock decides", answer);
  return { value, serviceTimeMs: answer.serviceTimeMs, correlationId: answer.correlationId };
}
