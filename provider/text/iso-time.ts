/** Writes a time as the services do: ISO 8601 in UTC, without fractions of a whole second. Finds columns of days. */

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the cells of a column are days, such as `2026-11-24`, so that it has to name the zone. */
export function areDays(cells: readonly unknown[]): boolean {
  const values = cells.filter((cell) => cell !== "" && cell !== "-");
  return values.length > 0 && values.every((cell) => typeof cell === "string" && day.test(cell));
}
