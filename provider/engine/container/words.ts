/**
 * Writes the name of a vault, keystore or template for a message: its kind with its name, or with its ID if it has no
 * name.
 */

import type { ContainerObservation } from "../../lifecycle/container/plan-container-deletion.ts";
import { plain } from "../text/words.ts";

export function sayContainer({ kind, name, id }: Pick<ContainerObservation, "kind" | "name" | "id">): string {
  return name === "" ? `${kind} ${id}` : `${kind} "${plain(name, 100)}"`;
}
