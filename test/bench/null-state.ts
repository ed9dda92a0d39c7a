/**
 * The resource that does nothing stores what a managed key stores, so that an engine handles as
 * much for it. Its provider finds the values in the environment.
 */

type Values = Readonly<Record<string, unknown>>;

/** What an engine stores of a managed key. In Terraform and OpenTofu all of it is an output. */
export interface StoredKey {
  readonly id?: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** The names of the inputs that the program passes; its provider adds the others. */
  readonly passed?: readonly string[];
  /** Pulumi reads such a resource again at the start of each run. */
  readonly refreshBeforeUpdate?: boolean;
}

export function storing(key: StoredKey): { readonly BENCH_STORES: string } {
  return { BENCH_STORES: JSON.stringify(key) };
}

/** With this in the environment, the resource refuses its deletion, as a key does that waits. */
export const refusing = { BENCH_REFUSES: "1" };
