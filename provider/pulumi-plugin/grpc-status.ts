/** Each error of the catalogue as a gRPC status; total, so that no call ever ends as UNKNOWN, which the engine takes for a corrupt update. */

import { status } from "@grpc/grpc-js";
import { asUkoError, type ErrorCode } from "../errors.ts";

/** Whatever is not named here is a precondition that somebody or time has to fulfil. */
const byCode: { readonly [Code in ErrorCode]?: status } = {
  UKO_CANCELLED: status.CANCELLED,
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

/** What grpc-js sends: the engine prints `details` as it is, all lines as diagnostics, the first one in its table. */
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
