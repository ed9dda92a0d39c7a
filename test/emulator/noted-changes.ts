/** A check that a world notes each of its changes. A file stores what is noted, and would lose the rest. */

import { encode } from "../../provider/emulator/stored-world.ts";
import { collectionNames, type World } from "../../provider/emulator/world.ts";

/** Collections with more objects are not compared: a test of many keys would take too long. */
const maxObjects = 200;

/** From now on, a request fails that changes an object and does not note it. */
export function checkNotedChanges(world: World): void {
  const { persist } = world;
  const noted = new Map(collectionNames.map((name) => [name, textsOf(world, name)]));
  for (const name of collectionNames) world[name].markSaved();
  world.persist = () => {
    for (const name of collectionNames) {
      const { isCleared, ids } = world[name].unsaved();
      const before = noted.get(name);
      if (before === undefined || world[name].size > maxObjects) {
        noted.delete(name);
        continue;
      }
      const now = textsOf(world, name);
      const texts = isCleared ? new Map<string, string>() : before;
      for (const id of ids) replace(texts, id, now.get(id));
      const lost = [...new Set([...texts.keys(), ...now.keys()])].filter((id) => texts.get(id) !== now.get(id));
      if (lost.length > 0) throw new Error(`${name} changed and the world did not note it: ${lost.join(", ")}`);
      noted.set(name, texts);
    }
    persist();
    for (const name of collectionNames) world[name].markSaved();
  };
}

function textsOf(world: World, name: (typeof collectionNames)[number]): Map<string, string> {
  return new Map([...world[name]].map(([id, item]) => [id, JSON.stringify(encode(item))]));
}

function replace(texts: Map<string, string>, id: string, text: string | undefined): void {
  if (text === undefined) texts.delete(id);
  else texts.set(id, text);
}
