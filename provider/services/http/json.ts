/** Reads JSON from outside: anything that is not JSON is simply not there. */

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
