/** The identity of an author, as a service writes it. */

/**
 * An ID with blanks or invisible characters counts as unknown: it could only impersonate another.
 */
const identityForm = /^[\x21-\x7e]{1,200}$/;

/** The ID, or undefined if the service returns no valid one. */
export function readIdentity(text: string | null | undefined): string | undefined {
  return typeof text === "string" && identityForm.test(text) ? text : undefined;
}
