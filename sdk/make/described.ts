/** The described parts of the provider: each resource and each question, by its name. */

import { functions } from "../../provider/resources/functions.ts";
import { type ResourceName as HandlersName, resources } from "../../provider/resources/registry.ts";
import {
  type Attribute,
  type Described,
  outputAttributes,
  resultAttributes,
} from "../../provider/resources/schema/attributes.ts";

export type ResourceName = Capitalize<HandlersName>;
export type FunctionName = keyof typeof functions;
/** Every resource by its name in programs, such as `ManagedKey`. */
export const described = Object.fromEntries(
  Object.values<Described>(resources).map((definition) => [definition.name, definition]),
) as Readonly<Record<ResourceName, Described>>;

export const describedNames = Object.keys(described) as readonly ResourceName[];

/**
 * Returns a function's result; a resource, or a list of resources, is described as the resource is.
 */
export function resultOf(name: FunctionName): readonly Attribute[] {
  for (const [resource, definition] of Object.entries(described)) {
    const attributes = outputAttributes(definition);
    if (name === `get${resource}`) return attributes;
    if (name === `list${resource}s`) {
      const named = { name: `${resource}Entry` };
      const element = { kind: "object", description: definition.summary, attributes, named } as const;
      const all: Attribute = {
        name: listNameOf(resource),
        description: functions[name].summary,
        type: { kind: "list", element },
        isRequired: true,
        isSecret: false,
      };
      return [all];
    }
  }
  return resultAttributes(functions[name].result);
}

/** `ManagedKey` becomes `managedKey`, as a variable or a member. */
export function memberNameOf(resource: string): string {
  return `${resource.slice(0, 1).toLowerCase()}${resource.slice(1)}`;
}

/** `ManagedKey` becomes `managedKeys`, as in the result of `listManagedKeys`. */
export function listNameOf(resource: string): string {
  return `${memberNameOf(resource)}s`;
}
