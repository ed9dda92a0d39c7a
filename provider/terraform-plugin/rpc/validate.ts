/** The validation of a configuration: every rule that needs no state; unknown values pass. */

import { checkArguments, checkStored, hclDialect } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/program/unknown.ts";
import { type TerraformAttribute, type TerraformDataSource, terraformProvider } from "../../schema/terraform.ts";
import { dataSourceNamed, handlersOf, readObject, readPresent, resourceNamed } from "../blocks.ts";
import { type Diagnostic, failureDiagnostic } from "../diagnostics.ts";
import { propertiesBeside, propertiesOf } from "../properties.ts";
import type { Call } from "../session.ts";
import { timeoutFaults } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";

/** The settings; the environment of the run that uses them may still override these. */
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
  // An existing keystore keeps its secrets. Only the plan knows whether the keystore exists.
  const properties = secrets.length === 0 ? propertiesBeside(attributes, config) : propertiesOf(attributes, config);
  const { failures } = check(properties, {});
  const isHostTooOld = request.clientCapabilities?.writeOnlyAttributesAllowed !== true;
  const exposed = isHostTooOld ? secrets.map(({ path }) => ({ property: path.join("."), reason: needsNewerHost })) : [];
  const faults = [...failures, ...exposed].map((failure) => failureDiagnostic(failure, attributes));
  return { diagnostics: [...faults, ...timeoutFaults(config)] };
};

/** An older host would store the secret in plan and state. */
const needsNewerHost = "is a secret that must not be stored in state, which requires OpenTofu 1.11 or Terraform 1.11";

/** Hosts check which arguments are required. */
export const validateDataResourceConfig: Call<"validateDataResourceConfig"> = async (_session, request) => {
  const source = dataSourceNamed(request.typeName);
  return { diagnostics: argumentFaults(source.question, source.attributes, readPresent(request.config, source)) };
};

/** A list accepts a vault's ID or nothing. */
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

export function argumentsIn(attributes: readonly TerraformAttribute[]): readonly TerraformAttribute[] {
  return attributes.filter(({ role }) => role === "required" || role === "steering");
}
