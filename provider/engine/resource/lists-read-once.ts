/**
 * Makes a view of the service for plans: each list is read once, and all resources of the plan share it. A run that
 * changes something must not use it, because the lists get old.
 */

import type { CallOptions, World } from "../ports/world.ts";

export function withListsReadOnce(world: World): World {
  const lists = new Map<string, Promise<unknown>>();
  function once<Filter, Item>(kind: string, list: (filter: Filter, options: CallOptions) => Promise<readonly Item[]>) {
    return (filter: Filter, options: CallOptions): Promise<readonly Item[]> => {
      const name = `${kind} ${JSON.stringify(filter)}`;
      const known = lists.get(name) as Promise<readonly Item[]> | undefined;
      if (known !== undefined) return known;
      const reading = list(filter, options);
      lists.set(name, reading);
      reading.catch(() => lists.delete(name));
      return reading;
    };
  }
  const { keys, vaults, keystores, templates } = world;
  return {
    ...world,
    keys: { ...keys, list: once("keys", keys.list) },
    vaults: { ...vaults, list: once("vaults", vaults.list) },
    keystores: { ...keystores, list: once("keystores", keystores.list) },
    templates: { ...templates, list: once("templates", templates.list) },
  };
}
