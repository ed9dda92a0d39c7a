/**
 * Parses JSON that comes from outside, such as a response or a file, without throwing. The file also writes long JSON in
 * parts, and lets equal texts of an object share their memory.
 */

/** Returns undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The JSON of an object in parts, one for each item of a list, because the whole text about thousands of keys would need
 * several times its size.
 */
export function* jsonParts(data: object, jsonOf: (value: unknown) => string = JSON.stringify): Generator<string> {
  let before = "{";
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    yield `${before}${jsonOf(name)}:`;
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) yield `${at === 0 ? "[" : ","}${jsonOf(item)}`;
      yield value.length === 0 ? "[]" : "]";
    } else if (typeof value === "object" && value !== null) yield* jsonParts(value, jsonOf);
    else yield jsonOf(value);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

/**
 * Returns a function that goes through the texts of a value, and keeps one copy of equal texts of all values. Otherwise
 * what is read about thousands of keys would take twice the memory. It changes the value in place.
 */
export function createSharing() {
  const texts = new Map<string, string>();
  return function share<Value>(value: Value): Value {
    if (typeof value !== "object" || value === null) return value;
    const parts = value as Record<string, unknown>;
    for (const [name, part] of Object.entries(parts)) {
      if (typeof part === "string") {
        if (!texts.has(part)) texts.set(part, part);
        parts[name] = texts.get(part);
      } else share(part);
    }
    return value;
  };
}
