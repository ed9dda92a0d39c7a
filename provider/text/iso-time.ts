/** Writes a time as the services do: ISO 8601 in UTC, without fractions of a whole second. */

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
