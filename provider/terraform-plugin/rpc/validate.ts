/**
 * Validates the configuration of the provider, a resource, a data source or a list by every rule that needs no state
 * and no service. An unknown value is accepted here, and is checked when it is known.
 */

import { checkArguments, checkStored, hclDialect } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/resource/unknown.ts";
import {
  type TerraformAttribute,
  type TerraformDataSource,
  terraformProvider,
} from "../../resources/schema/terraform.ts";
import { dataSourceNamed, handlersOf, readObject, readPresent, resourceNamed } from "../blocks.ts";
import { type Diagnostic, failureDiagnostic } from "../diagnostics.ts";
import { propertiesBeside, propertiesOf } from "../properties.ts";
import type { Call } from "../session.ts";
import { timeoutFaults } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";

/** Validates the provider block. The environment of a run can still override its settings. */
export const validateProviderConfig: Call<"validateProviderConfig"> = async (_session, { config }) => {
  const { attributes } = terraformProvider;
  const given = propertiesOf(attributes, readObject(config, terraformProvider) ?? {});
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== UNKNOWN));
  return { diagnostics: checkStored(known, hclDialect).map((failure) => failureDiagnostic(failure, attributes)) };
};

export const validateResourceConfig: Call<"validateResourceConfig"> = async (session, request) => {
  const resource = resourceNamed(request.typeName);
  const { attributes } = resource;
  const config = readPresent(request.config, resource);
  const { check } = await handlersOf(session, resource);
  const secrets = attributes.filter(({ role, name }) => role === "secret" && config[name] !== null);
  // A keystore that exists keeps its secrets, so they may be missing. Only the plan knows whether the keystore exists.
  const properties = secrets.length === 0 ? propertiesBeside(attributes, config) : propertiesOf(attributes, config);
  const { failures } = check(properties, {});
  const isHostTooOld = request.clientCapabilities?.writeOnlyAttributesAllowed !== true;
  const exposed = isHostTooOld ? secrets.map(({ path }) => ({ property: path.join("."), reason: needsNewerHost })) : [];
  const faults = [...failures, ...exposed].map((failure) => failureDiagnostic(failure, attributes));
  return { diagnostics: [...faults, ...timeoutFaults(config)] };
};

/** The reason why a secret is refused: an older host would store it in plan and state. */
const needsNewerHost = "is a secret that must not be stored in state, which requires OpenTofu 1.11 or Terraform 1.11";

/** Validates a data source; the host itself checks which arguments are required. */
export const validateDataResourceConfig: Call<"validateDataResourceConfig"> = async (_session, request) => {
  const source = dataSourceNamed(request.typeName);
  return { diagnostics: argumentFaults(source.question, source.attributes, readPresent(request.config, source)) };
};

/** Validates a list, which accepts the ID of a vault or no argument. */
export const validateListResourceConfig: Call<"validateListResourceConfig"> = async (_session, request) => {
  const { listQuestion, listed } = resourceNamed(request.typeName);
  const values = readObject(request.config, { attributes: listed }) ?? {};
  return { diagnostics: argumentFaults(listQuestion, listed, values) };
};

/** The errors of a question's arguments, each at its attribute. */
export function argumentFaults(
  question: TerraformDataSource["question"],
  attributes: readonly TerraformAttribute[],
  values: ObjectValue,
): Diagnostic[] {
  const failures = checkArguments(question, propertiesOf(argumentsIn(attributes), values));
  return failures.map((failure) => failureDiagnostic(failure, attributes));
}

/** The attributes that a configuration may set; all others of a data source are outputs. */
export function argumentsIn(attributes: readonly TerraformAttribute[]): readonly TerraformAttribute[] {
  return attributes.filter(({ role }) => role === "required" || role === "steering" || role === "service");
}
