/** A refused request. Each API renders the refusal in its own envelope. */

export interface RefusalDetails {
  /** UKO's `errors[].target`, KMS's `reasons[].target`. */
  readonly target?: { readonly type: "field" | "parameter" | "header" | "query_param"; readonly name: string };
  /** KMS only: `errorMsg`. */
  readonly headline?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: RefusalDetails;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}
