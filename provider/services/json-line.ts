/**
 * One value as one line of JSON that cannot control a terminal. JSON itself escapes only the oldest
 * control characters.
 */

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Escapes control characters, invisible format characters such as text direction, and line
 * separators.
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(steering, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
}
