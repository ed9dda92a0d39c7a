/**
 * The registration that every class passes to Pulumi: arguments, outputs for the engine to fill,
 * the provider's text, and the resource's lasting name.
 */

import { type CustomResourceOptions, createUrn, getOrganization, type Inputs, interpolate } from "@pulumi/pulumi";

export interface ResourceKind {
  readonly type: string;
  /**
   * Constant and tiny, stored with each resource, and read by every later release: it must never
   * change.
   */
  readonly providerText: string;
  /** Named here, so that the engine's response fills them. */
  readonly outputs: readonly string[];
}

export function registrationOf(
  { type, providerText, outputs }: ResourceKind,
  name: string,
  args: object,
  options: CustomResourceOptions | undefined,
): Inputs {
  // The protocol of dynamic providers passes no URN, and an interrupted creation has to be found
  // again.
  const __origin = interpolate`${organization()}/${createUrn(name, type, options?.parent)}`;
  const empty = Object.fromEntries(outputs.map((output) => [output, undefined]));
  return { ...empty, ...args, __origin, __provider: providerText };
}

/** Pulumi's mocks name no organization. Backends without organizations are called the same. */
function organization(): string {
  try {
    return getOrganization();
  } catch {
    return "organization";
  }
}
