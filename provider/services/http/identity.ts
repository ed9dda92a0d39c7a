/** Reads who did something, as a service writes it. */

/** An id with blanks or invisible characters is taken for unknown: it could only pretend to be another. */
const identityForm = /^[\x21-\x7e]{1,200}$/;

/** The id, or undefined where the service tells none that can be one. */
export function readIdentity(text: string | null | undefined): string | undefined {
  return typeof text === "string" && identityForm.test(text) ? text : undefined;
}
