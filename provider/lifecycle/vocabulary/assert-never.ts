/**
 * Checks that a `switch` handles every case: a missing case is a compile error, and an unexpected value throws at run
 * time.
 */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
