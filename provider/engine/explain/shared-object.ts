/** What people are told where two resources declare one object, or a resource was renamed and its engine does not know. */

import { UkoError } from "../../errors.ts";
import { type ApplyCommand, shellSafeUrn } from "./explanation.ts";
import { plain } from "./words.ts";

/** A resource's name in its engine as people know it: the last part of a URN. */
export function nameIn(resource: string): string {
  return plain(resource.split("::").at(-1) ?? "", 100);
}

interface Shared {
  /** The resource that the engine deletes; undefined where the engine does not tell which one. */
  readonly resource: string | undefined;
  readonly holder: string;
  readonly id: string;
}

/** The resource left state, and the object stays. */
export function sayLetGo({ resource, holder, id }: Shared): string {
  const left = resource === undefined ? "A resource" : `"${nameIn(resource)}"`;
  return `${left} left the state only: "${nameIn(holder)}" declares the same object, ${plain(id, 100)}, so uko took no step towards its deletion`;
}

/** The deletion is refused: state would lose the object that the program names. */
export function declaredTwice({ resource, holder, id }: Shared, apply: ApplyCommand): UkoError {
  const staying = resource === undefined ? "This resource" : `"${nameIn(resource)}"`;
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `${staying} stays in the state, because "${nameIn(holder)}" names the same object and the state does not hold the object under that name yet`,
    detail: [
      `uko took no step towards the deletion of ${plain(id, 100)}.`,
      `Next: correct what stopped "${nameIn(holder)}", then run`,
      `  ${apply}`,
    ].join("\n"),
  });
}

/** How a program keeps an object under another name. An adoption beside the former resource would cost the object. */
export function sayKeepUnderNewName(
  id: string,
  { apply, origin, holder }: { readonly apply?: ApplyCommand; readonly origin?: string; readonly holder?: string },
): string {
  const adopt = `If no other resource of this or another stack declares key ${id}, set existingKeyId to it.`;
  if (apply !== "pulumi up") {
    return `If the resource had another name before, write a moved block from that name to the new one. ${adopt}`;
  }
  const former = shellSafeUrn(holder);
  if (former === undefined) {
    const rename = renameCommand("<former URN>", "<new name>");
    return `If the resource had another name before, give it the option aliases: [{ name: "<former name>" }], or run ${rename}. ${adopt}`;
  }
  return [
    `The state holds this key as "${nameIn(former)}". Do not set existingKeyId.`,
    `Next: give the resource the option aliases: [{ name: "${nameIn(former)}" }], or run`,
    `  ${renameCommand(former, origin === undefined ? "<new name>" : nameIn(origin))}`,
  ].join("\n");
}

function renameCommand(urn: string, name: string): string {
  return `pulumi state rename '${urn}' '${name.replaceAll("'", "")}'`;
}
