/** The described parts of the provider: each resource and each question, by its name. */

import { functions } from "../resources/functions.ts";
import { type ResourceName as HandlersName, resources } from "../resources/registry.ts";
import { type Attribute, type DescribedResource, outputAttributes, resultAttributes } from "./attributes.ts";

export type ResourceName = Capitalize<HandlersName>;
export type FunctionName = keyof typeof functions;
export type Described = DescribedResource & {
  readonly noun: string;
  readonly summary: string;
  readonly idForm: string;
};

/** Every resource by its name in programs, such as `ManagedKey`. */
export const described = Object.fromEntries(
  Object.values<Described>(resources).map((definition) => [definition.name, definition]),
) as Readonly<Record<ResourceName, Described>>;

export const describedNames = Object.keys(described) as readonly ResourceName[];

export interface Answer {
  readonly attributes: readonly Attribute[];
  /** The origin of its types' names: the resource, or the function. */
  readonly place: string;
}

/**
 * Returns a function's result; a resource, or a list of resources, is described as the resource is.
 */
export function answerOf(name: FunctionName): Answer {
  for (const [resource, definition] of Object.entries(described)) {
    const attributes = outputAttributes(definition);
    if (name === `get${resource}`) return { attributes, place: resource };
    if (name === `list${resource}s`) {
      const element = { kind: "object", description: definition.summary, attributes } as const;
      const all: Attribute = {
        name: listNameOf(resource),
        description: functions[name].summary,
        type: { kind: "list", element },
        isRequired: true,
        isSecret: false,
      };
      return { attributes: [all], place: name };
    }
  }
  return { attributes: resultAttributes(functions[name].result), place: name };
}

/** `ManagedKey` becomes `managedKeys`, as in the result of `listManagedKeys`. */
export function listNameOf(resource: string): string {
  return `${resource.slice(0, 1).toLowerCase()}${resource.slice(1)}s`;
}
