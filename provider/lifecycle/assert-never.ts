/** Ends a switch over every kind there is: a kind added later fails to compile, and a value from nowhere fails to pass. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
