/**
 * Builds the arguments with which each class of the package registers a resource at Pulumi; secrets are marked, so that
 * Pulumi encrypts them. They contain a name that stays the same in every run, by which a later run finds the object of
 * an interrupted creation.
 */

import {
  type CustomResourceOptions,
  createUrn,
  getOrganization,
  type Inputs,
  interpolate,
  mergeOptions,
  secret,
} from "@pulumi/pulumi";

export interface ResourceKind {
  readonly type: string;
  /**
   * The text of the provider, which state stores with each resource and every later release reads, so it must never
   * change.
   */
  readonly providerText: string;
  /** The outputs, which are listed so that the engine's response fills them. */
  readonly outputs: readonly string[];
  /** The inputs that are or contain a secret. A block is secret as a whole, because a program may compute it as a whole. */
  readonly secrets: readonly string[];
}

/** The arguments of Pulumi's own constructor. Secrets leave the program as secrets. */
export function registrationOf(
  { type, providerText, outputs, secrets }: ResourceKind,
  name: string,
  args: object,
  options: CustomResourceOptions | undefined,
): [type: string, name: string, inputs: Inputs, options: CustomResourceOptions | undefined] {
  // The protocol of dynamic providers passes no URN, so the inputs contain the name by which an interrupted creation is
  // found again.
  const __origin = interpolate`${organization()}/${createUrn(name, type, options?.parent)}`;
  const empty = Object.fromEntries(outputs.map((output) => [output, undefined]));
  const given = Object.entries(args).map(([property, value]) => [
    property,
    value !== undefined && secrets.includes(property) ? secret<unknown>(value) : value,
  ]);
  const inputs = { ...empty, ...Object.fromEntries(given), __origin, __provider: providerText };
  const all = secrets.length === 0 ? options : mergeOptions(options, { additionalSecretOutputs: [...secrets] });
  return [type, name, inputs, all];
}

/** The organization of the stack. Pulumi's mocks have none, and get the same name as backends without organizations. */
function organization(): string {
  try {
    return getOrganization();
  } catch {
    return "organization";
  }
}
