/**
 * Serves GenerateResourceConfig, which returns a configuration that describes an imported resource as its state does,
 * without outputs and secrets. Terraform writes it to a file.
 */

import { handlersOf, readPresent, resourceNamed, writeObject } from "../blocks.ts";
import { stateProperties, valuesOf } from "../properties.ts";
import type { Call } from "../session.ts";

export const generateResourceConfig: Call<"generateResourceConfig"> = async (session, { typeName, state }) => {
  const resource = resourceNamed(typeName);
  const { inputsOf } = await handlersOf(session, resource);
  const inputs = inputsOf(stateProperties(resource.attributes, readPresent(state, resource)));
  const values = valuesOf(resource, inputs);
  const isWritten = new Set(
    resource.attributes.filter(({ role }) => role !== "output" && role !== "digests").map(({ name }) => name),
  );
  const config = Object.entries(values).map(([name, value]) => [name, isWritten.has(name) ? value : null]);
  return { config: writeObject(Object.fromEntries(config), resource) };
};
