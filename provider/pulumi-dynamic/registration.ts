/**
 * The registration that every class passes to Pulumi: arguments, outputs for the engine to fill,
 * the provider's text, and the resource's lasting name.
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
   * Constant and tiny, stored with each resource, and read by every later release: it must never
   * change.
   */
  readonly providerText: string;
  /** Named here, so that the engine's response fills them. */
  readonly outputs: readonly string[];
  /**
   * Inputs that are, or contain, a secret. A block is secret as a whole, because a program may
   * compute one as a whole.
   */
  readonly secrets: readonly string[];
}

/** The arguments of Pulumi's own constructor. Secrets leave the program as secrets. */
export function registrationOf(
  { type, providerText, outputs, secrets }: ResourceKind,
  name: string,
  args: object,
  options: CustomResourceOptions | undefined,
): [type: string, name: string, inputs: Inputs, options: CustomResourceOptions | undefined] {
  // The protocol of dynamic providers passes no URN, and an interrupted creation has to be found
  // again.
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

/** Pulumi's mocks name no organization. Backends without organizations are called the same. */
function organization(): string {
  try {
    return getOrganization();
  } catch {
    return "organization";
  }
}
