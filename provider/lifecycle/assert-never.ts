/** Exhaustiveness check: a missing case is a compile error, an unexpected value throws. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
