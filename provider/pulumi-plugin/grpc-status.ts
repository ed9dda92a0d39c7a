/**
 * Maps every error code to a gRPC status. The engine marks an update with the status UNKNOWN as possibly corrupt, so
 * every error must have another status.
 */

import { status } from "@grpc/grpc-js";
import { asUkoError, type ErrorCode } from "../errors.ts";

/** The codes with a status of their own. All others are preconditions that a person or time has to fulfill. */
const byCode: { readonly [Code in ErrorCode]?: status } = {
  UKO_CANCELED: status.CANCELLED,
  UKO_RIGHTS_MISSING: status.PERMISSION_DENIED,
  UKO_ACCESS_DENIED: status.UNAUTHENTICATED,
  UKO_CREDENTIAL_REFUSED: status.UNAUTHENTICATED,
  UKO_INPUT_INVALID: status.INVALID_ARGUMENT,
  UKO_CHANGE_IMPOSSIBLE: status.INVALID_ARGUMENT,
  UKO_SETTINGS_INVALID: status.INVALID_ARGUMENT,
  UKO_KEY_NOT_FOUND: status.NOT_FOUND,
  UKO_NOT_FOUND: status.NOT_FOUND,
  UKO_CHANGED_MEANWHILE: status.ABORTED,
  UKO_DEADLINE: status.DEADLINE_EXCEEDED,
};

/**
 * The error that grpc-js sends: the engine prints all lines of `details` unchanged as diagnostics,
 * and the first one in its table.
 */
export interface RpcFailure {
  readonly code: status;
  readonly details: string;
}

export function failureOf(code: ErrorCode, message: string): RpcFailure {
  return { code: byCode[code] ?? status.FAILED_PRECONDITION, details: message };
}

export function failureFrom(thrown: unknown): RpcFailure {
  const error = asUkoError(thrown);
  return failureOf(error.code, error.message);
}
