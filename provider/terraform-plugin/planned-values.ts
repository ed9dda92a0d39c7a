/**
 * Computes the planned value of each attribute, and for the apply that follows, the configuration to put into effect
 * and the values that state has afterwards. The hosts reject a plan or an apply with other values than configured or
 * planned, so the rules here follow theirs.
 */

import type { CheckFailure } from "../engine/resource/definition.ts";
import { containsUnknown, UNKNOWN } from "../engine/resource/unknown.ts";
import type { Role, TerraformAttribute, TerraformResource } from "../resources/schema/terraform.ts";
import type { AnyHandlers } from "./blocks.ts";
import {
  digestsIn,
  type Properties,
  propertiesBeside,
  propertiesOf,
  stateProperties,
  toValue,
  valueAt,
} from "./properties.ts";
import type { ObjectValue, Value } from "./values.ts";

/** The planned values, or the failures. If there are failures, `values` is empty. */
export interface PlannedValues {
  readonly values: ObjectValue;
  readonly failures: readonly CheckFailure[];
}

interface PlannedUpdate extends PlannedValues {
  readonly state: Properties;
  /** The inputs of the configuration with their defaults. */
  readonly inputs: Properties;
}

type Program = Pick<AnyHandlers, "check" | "promise" | "differences">;

/** Plans a creation. Configured values stay as written; values that only the service knows are unknown. */
export function planCreation(resource: TerraformResource, program: Program, config: ObjectValue): PlannedValues {
  const { attributes } = resource;
  const { inputs, failures } = program.check(propertiesOf(attributes, config), {});
  if (failures.length > 0) return { values: {}, failures };
  const promise = program.promise(inputs);
  const hasSecrets = secretsGiven(resource, config).length > 0;
  const planned = (attribute: TerraformAttribute): Value => {
    const { name, role, path, type } = attribute;
    if (role === "secret") return null;
    if (role === "digests") return hasSecrets ? UNKNOWN : {};
    if (role === "id") return UNKNOWN;
    if (role === "timeouts") return config[name] ?? null;
    if (isGiven(config[name])) return config[name] ?? null;
    if (role === "steering" || role === "kept") return null;
    if (role === "preset") return toValue(valueAt(inputs, path), type);
    return isInGivenBlock(attribute, inputs) ? UNKNOWN : toValue(valueAt(promise, path), type);
  };
  return { values: valuesBy(attributes, planned), failures: [] };
}

/**
 * Plans an update. If the definition finds a value unchanged, the value in state stays, even if the configuration writes
 * it in another form.
 */
export function planUpdate(
  { attributes }: TerraformResource,
  program: Program,
  prior: ObjectValue,
  config: ObjectValue,
): PlannedUpdate {
  const state = stateProperties(attributes, prior);
  const { inputs, failures } = program.check(propertiesBeside(attributes, config), state);
  if (failures.length > 0) return { values: {}, state, inputs, failures };
  const promise = program.promise(inputs, state);
  const changed = new Set(program.differences(state, inputs).map(({ path }) => /^[^.[]+/.exec(path)?.[0] ?? path));
  const planned = ({ name, role, path, type }: TerraformAttribute): Value => {
    const before: Value = prior[name] ?? null;
    const wanted: Value = config[name] ?? null;
    if (role === "secret") return null;
    if (role === "id") return before;
    if (role === "timeouts") return wanted;
    if (role === "digests")
      return isSame(digestsIn(attributes, promise), digestsIn(attributes, state)) ? before : UNKNOWN;
    if (wanted !== null) {
      const isUnchanged = role === "service" && before !== null && wanted !== UNKNOWN && !changed.has(path[0] ?? "");
      return isUnchanged ? before : wanted;
    }
    if (role === "steering") return null;
    if (role === "preset") return toValue(valueAt(inputs, path), type);
    return valueAt(promise, path) === UNKNOWN ? UNKNOWN : before;
  };
  return { values: valuesBy(attributes, planned), state, inputs, failures: [] };
}

/**
 * The configuration that an apply has to put into effect. Hosts pass to an apply the configuration as written; only for
 * the plan do they apply `ignore_changes` to it (OpenTofu, node_resource_abstract_instance.go). `secrets` names the
 * secrets that the plan saw, because no plan contains their values.
 */
export function plannedConfig(
  { attributes }: TerraformResource,
  config: ObjectValue,
  planned: ObjectValue,
  secrets: readonly string[],
): ObjectValue {
  const wanted = ({ name, role }: TerraformAttribute): Value => {
    if (role === "secret") return secrets.includes(name) ? (config[name] ?? null) : null;
    if (!isGivenInPlans.has(role) || (role === "service" && !isGiven(config[name]))) return null;
    const value = planned[name] ?? null;
    return containsUnknown(value) ? null : value;
  };
  return valuesBy(attributes, wanted);
}

/**
 * The roles of attributes that an apply takes from the plan. Of attributes that the service can fill in, only those that
 * the configuration sets count; the others stay unchanged.
 */
const isGivenInPlans: ReadonlySet<Role> = new Set(["required", "steering", "preset", "kept", "service"]);

/** The secrets that a configuration sets. */
export function secretsGiven({ attributes }: TerraformResource, config: ObjectValue): readonly string[] {
  return attributes.filter(({ role, name }) => role === "secret" && isGiven(config[name])).map(({ name }) => name);
}

/**
 * The state after an apply: the planned values, with actual values for unknown ones. A host reports any other result as
 * an error of the provider. If the service has other values, the next read shows them.
 */
export function keepPlannedValues(planned: ObjectValue, actual: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => {
      const promised = planned[name] ?? null;
      return [name, containsUnknown(promised) ? value : promised];
    }),
  );
}

function isGiven(value: Value | undefined): boolean {
  return value !== null && value !== undefined;
}

/**
 * Whether the attribute is in a block that the configuration sets. There the service may return more attributes than the
 * configuration has.
 */
function isInGivenBlock({ path }: TerraformAttribute, inputs: Properties): boolean {
  return path.length > 1 && typeof inputs[path[0] ?? ""] === "object" && valueAt(inputs, path) === undefined;
}

function valuesBy(
  attributes: readonly TerraformAttribute[],
  planned: (attribute: TerraformAttribute) => Value,
): ObjectValue {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, planned(attribute)]));
}

function isSame(a: Value, b: Value): boolean {
  return a === b || (a !== UNKNOWN && b !== UNKNOWN && JSON.stringify(a) === JSON.stringify(b));
}
