/** A reader of JSON from outside. Anything that is not JSON counts as absent. */

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
