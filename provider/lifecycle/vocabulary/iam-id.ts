/**
 * Decides whether a text that a person typed names a given identity of IAM. IAM issues the ID of an identity, but each
 * person writes their own name into a record. So a text in the form of an ID is compared with IDs alone. Otherwise a
 * person could call themselves by the ID of another person. Upper and lower case do not matter, or one person could
 * count as two by another spelling of their ID.
 */

/**
 * The realm of an ID, a hyphen, and an identifier: `IBMid-550000ALICE`, `iam-ServiceId-…`. A name like "Anna-Maria" has
 * no digit.
 */
const knownRealm = /^(?:IBMid|iam|crn)-/i;
const anyRealm = /^[a-z][a-z0-9_.]*-(?=\S*\d)\S+$/i;

/**
 * Folds an ID that a person typed. Two spellings that differ only in case name one identity, so they
 * must not count as two people. IDs that both come from IAM are compared as they are (`isSame`).
 */
export function foldIamId(iamId: string): string {
  return iamId.toLowerCase();
}

export function isSamePerson(a: string, b: string): boolean {
  return foldIamId(a) === foldIamId(b);
}

/**
 * Whether `chosen`, a text that a person typed, names the identity by its ID or by the name that the identity gives
 * itself.
 */
export function isChosen(
  chosen: string,
  { iamId, name }: { readonly iamId?: string | undefined; readonly name?: string | undefined },
): boolean {
  if (iamId !== undefined && foldIamId(iamId) === foldIamId(chosen)) return true;
  // An author who calls themselves by the ID of another person would be chosen in their place.
  return !isIamIdForm(chosen) && name?.toLowerCase() === chosen.toLowerCase();
}

/** Whether the text has the form of an IAM ID. Such a text selects an identity by its ID alone, never by a name. */
export function isIamIdForm(text: string): boolean {
  return knownRealm.test(text) || anyRealm.test(text);
}
