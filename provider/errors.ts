/**
 * Defines the error catalog: every error code with its summary, its exit code, and whether a retry may help. And
 * `UkoError`, the only error that uko shows to a user. If a command acts on several keys, the file chooses its one exit
 * code, and says which errors end the whole run.
 */

/** The meaning of each exit code. No error has exit code 0 or 14; 14 is for late keys of a campaign. */
export const exitCodes = {
  0: "done",
  1: "error",
  2: "usage error",
  10: "waiting for a person",
  11: "waiting for time",
  12: "blocked",
  13: "missing right",
  14: "a key of a campaign cannot end by its deadline",
} as const;

interface CatalogEntry {
  /** What happened in general; an error can replace it by a more specific sentence. */
  readonly summary: string;
  /** Whether the same call may succeed later. For some codes another person must act first. */
  readonly retryable: boolean;
  readonly exitCode: Exclude<keyof typeof exitCodes, 0 | 14>;
}

/** Codes never change, because pipelines match on them. `provider/docs/reference/errors.md` has a heading for each. */
export const errorCatalog = {
  UKO_REQUEST_PENDING: { summary: "A person must request the next step", retryable: true, exitCode: 10 },
  UKO_APPROVAL_PENDING: { summary: "A second person must act", retryable: true, exitCode: 10 },
  UKO_COOLING_DOWN: { summary: "The key was deactivated 4 hours ago or less", retryable: true, exitCode: 11 },
  UKO_DESTRUCTION_PENDING: { summary: "A keystore still holds the key material", retryable: true, exitCode: 11 },
  UKO_SEPARATE_RUN_NEEDED: { summary: "The destruction requires a separate run", retryable: true, exitCode: 11 },

  UKO_KMS_METADATA_REMAINS: {
    summary: "KMS still keeps the metadata of a destroyed key",
    retryable: true,
    exitCode: 11,
  },

  UKO_KEY_HELD: { summary: "The key is held", retryable: false, exitCode: 12 },
  UKO_KEY_LEFT: { summary: "A campaign leaves the key alone", retryable: false, exitCode: 12 },
  UKO_DESTRUCTION_UNAPPROVED: {
    summary: "No approval of the destruction by a second person is known",
    retryable: false,
    exitCode: 12,
  },
  UKO_DELETION_PROTECTED: { summary: "Deletion protection is on", retryable: false, exitCode: 12 },
  UKO_RETENTION_POLICY: { summary: "A resource with a retention policy uses the key", retryable: false, exitCode: 12 },
  UKO_USE_UNREADABLE: { summary: "uko could not read which resources use the key", retryable: false, exitCode: 12 },
  UKO_BACKING_KEY_UNREADABLE: { summary: "uko could not read the backing KMS key", retryable: false, exitCode: 12 },
  UKO_KEYSTORE_BLOCKS_REMOVAL: { summary: "A keystore may still hold the key", retryable: false, exitCode: 12 },
  UKO_KEY_COMPROMISED: { summary: "uko cannot delete a compromised key", retryable: false, exitCode: 12 },
  UKO_STATE_UNRECOGNIZED: {
    summary: "This release does not know the state of the key",
    retryable: false,
    exitCode: 12,
  },
  UKO_NEVER_ACTIVE: { summary: "The key was never activated", retryable: false, exitCode: 12 },
  UKO_RECORD_NOT_KEPT: { summary: "The service does not keep the consent record", retryable: false, exitCode: 12 },
  UKO_PERSONS_UNKNOWN: { summary: "uko cannot distinguish two people", retryable: false, exitCode: 12 },
  UKO_VIEW_OUTDATED: { summary: "The key is not as it was shown before the answer", retryable: false, exitCode: 12 },
  UKO_SIGNATURE_MISSING: { summary: "The consent is not signed", retryable: false, exitCode: 12 },
  UKO_ACTOR_NOT_A_PERSON: { summary: "This identity is not a person", retryable: false, exitCode: 12 },
  UKO_KMS_SETTER: { summary: "KMS requires another person to destroy the key", retryable: false, exitCode: 12 },
  UKO_KMS_SETTER_UNKNOWN: {
    summary: "uko cannot determine who set the KMS deletion window",
    retryable: false,
    exitCode: 12,
  },
  UKO_KMS_WINDOW_TOO_SHORT: { summary: "The KMS deletion window would end too soon", retryable: false, exitCode: 12 },
  UKO_KMS_WINDOW_EXPIRED: { summary: "The KMS deletion window has expired", retryable: false, exitCode: 12 },
  UKO_KMS_KEY_IS_BACKING_KEY: {
    summary: "The KMS key belongs to an internal keystore",
    retryable: false,
    exitCode: 12,
  },
  UKO_KMS_KEY_NOT_ACTIVE: { summary: "The KMS key is not active", retryable: false, exitCode: 12 },
  UKO_KMS_DUAL_AUTHORIZATION_OFF: {
    summary: "KMS dual authorization is off for the key",
    retryable: false,
    exitCode: 12,
  },
  UKO_KEY_IN_USE: { summary: "Cloud resources still use the key", retryable: false, exitCode: 12 },
  UKO_KEY_WOULD_BE_UNLINKED: {
    summary: "The change would cut a key off from a keystore",
    retryable: false,
    exitCode: 12,
  },
  UKO_CONTAINER_IN_USE: {
    summary: "The vault, keystore or template is not empty",
    retryable: false,
    exitCode: 12,
  },
  UKO_CONTENTS_UNREADABLE: {
    summary: "uko could not read the contents of the vault, keystore or template",
    retryable: false,
    exitCode: 12,
  },
  UKO_SERVICE_REFUSED: { summary: "The service refused the step", retryable: false, exitCode: 12 },
  UKO_DELETION_PENDING: { summary: "A deletion of the key is pending", retryable: false, exitCode: 12 },
  UKO_DECLARED_TWICE: { summary: "Another resource declares the same object", retryable: false, exitCode: 12 },
  UKO_PLAN_OUTDATED: {
    summary: "The applied plan did not show this step",
    retryable: false,
    exitCode: 12,
  },
  UKO_ALREADY_DESTROYED: { summary: "The key is already destroyed", retryable: false, exitCode: 12 },

  UKO_RIGHTS_MISSING: { summary: "The identity lacks a right", retryable: false, exitCode: 13 },

  UKO_USAGE_INVALID: { summary: "The command line is not valid", retryable: false, exitCode: 2 },

  UKO_INPUT_INVALID: { summary: "An input is not valid", retryable: false, exitCode: 1 },
  UKO_CHANGE_IMPOSSIBLE: { summary: "The change cannot be made to an existing key", retryable: false, exitCode: 1 },
  UKO_SETTINGS_INVALID: { summary: "A setting is missing or not valid", retryable: false, exitCode: 1 },
  UKO_HOST_NOT_ALLOWED: { summary: "The host may not receive a credential", retryable: false, exitCode: 1 },
  UKO_CREDENTIAL_REFUSED: { summary: "IAM rejected the credential", retryable: false, exitCode: 1 },
  UKO_ACCESS_DENIED: { summary: "The service did not accept the identity", retryable: false, exitCode: 1 },
  UKO_INSTANCE_MISMATCH: { summary: "The key belongs to another instance", retryable: false, exitCode: 1 },
  UKO_NOT_IN_KEY_PROTECT: { summary: "Key Protect has no such objects", retryable: false, exitCode: 1 },
  UKO_KEY_NOT_FOUND: { summary: "The key was not found", retryable: false, exitCode: 1 },
  UKO_NOT_FOUND: { summary: "The vault, keystore, template or KMS key was not found", retryable: false, exitCode: 1 },
  UKO_GONE_UNPROVEN: {
    summary: "Not found, but uko could not verify that it was deleted",
    retryable: false,
    exitCode: 1,
  },
  UKO_RESPONSE_INVALID: { summary: "uko could not understand the service's response", retryable: false, exitCode: 1 },
  UKO_RESPONSE_LOST: { summary: "The service's response did not arrive", retryable: true, exitCode: 1 },
  UKO_SERVICE_UNAVAILABLE: { summary: "The service is not available", retryable: true, exitCode: 1 },
  UKO_CLOCK_SKEW: { summary: "The service's clock is not plausible", retryable: false, exitCode: 1 },
  UKO_CHANGED_MEANWHILE: { summary: "The key changed repeatedly during the run", retryable: true, exitCode: 1 },
  UKO_CANCELED: { summary: "The run was stopped", retryable: true, exitCode: 1 },
  UKO_DEADLINE: { summary: "The call took too long", retryable: true, exitCode: 1 },
  UKO_EVIDENCE_UNWRITABLE: {
    summary: "The evidence or the report could not be written",
    retryable: false,
    exitCode: 1,
  },
  UKO_EVIDENCE_BROKEN: { summary: "The evidence was changed after it was written", retryable: false, exitCode: 1 },
  UKO_CERTIFICATE_INVALID: { summary: "The certificate is not valid", retryable: false, exitCode: 1 },
  UKO_BUG: { summary: "Unexpected error in uko", retryable: false, exitCode: 1 },
} as const satisfies Record<string, CatalogEntry>;

export type ErrorCode = keyof typeof errorCatalog;

export interface UkoErrorOptions {
  /** What happened in particular: one complete sentence without a full stop. */
  readonly summary?: string;
  /** Why, and what to do next; may have several lines. */
  readonly detail?: string;
  /** Facts for machines; never a credential. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

const brand = Symbol.for("pulumi-uko.error");

/** The one error that uko throws. It is recognized by `code`, which also works if two copies of the package are loaded. */
export class UkoError extends Error {
  override readonly name = "UkoError";
  readonly code: ErrorCode;
  readonly summary: string;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, options: UkoErrorOptions = {}) {
    const summary = options.summary ?? errorCatalog[code].summary;
    const detail = options.detail ?? "";
    super(detail === "" ? `${summary} [${code}]` : `${summary}\n${detail}\n[${code}]`, { cause: options.cause });
    this.code = code;
    this.summary = summary;
    this.detail = detail;
    this.data = options.data ?? {};
  }

  get retryable(): boolean {
    return errorCatalog[this.code].retryable;
  }

  get exitCode(): number {
    return errorCatalog[this.code].exitCode;
  }
}

/** Whether a caught value is an error of this project, made by this or another copy of it. */
export function isUkoError(value: unknown): value is UkoError {
  return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

/**
 * Returns a function for `catch` that replaces errors with these codes by the result of `instead`, and rethrows all
 * others.
 */
export function onCodes<T>(codes: readonly ErrorCode[], instead: (error: UkoError) => T): (thrown: unknown) => T {
  return (thrown) => {
    if (!isUkoError(thrown) || !codes.includes(thrown.code)) throw thrown;
    return instead(thrown);
  };
}

/** Wraps anything thrown as a `UkoError`. Unexpected errors become UKO_BUG rather than a stack trace. */
export function asUkoError(thrown: unknown): UkoError {
  if (isUkoError(thrown)) return thrown;
  return new UkoError("UKO_BUG", {
    detail: `Please report it: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    cause: thrown,
  });
}

/** Exit codes in order of severity: an error, a usage error, a missing right, a blocker, a person, time, success. */
export const mostSevereFirst = [1, 2, 13, 12, 10, 11, 0] as const;

/** Returns the most severe of several exit codes; 0 for none, and 1 for an unknown one. */
export function mostSevere(exitCodes: readonly number[]): number {
  const isKnown = (code: number): boolean => mostSevereFirst.some((known) => known === code);
  if (!exitCodes.every(isKnown)) return 1;
  return mostSevereFirst.find((code) => exitCodes.includes(code)) ?? 0;
}

/** Codes of errors that concern the whole run, because they would recur at the next key. */
export const endsTheRun: ReadonlySet<ErrorCode> = new Set([
  "UKO_CANCELED",
  "UKO_CREDENTIAL_REFUSED",
  "UKO_EVIDENCE_UNWRITABLE",
  "UKO_HOST_NOT_ALLOWED",
  "UKO_SETTINGS_INVALID",
  "UKO_VIEW_OUTDATED",
]);
