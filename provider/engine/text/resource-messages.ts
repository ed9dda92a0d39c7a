/**
 * Writes messages about the resources of a program, such as two declarations of one object, or a declared key that is
 * out of use. The file also decides which errors of a read say nothing about the object, so that a refresh only warns.
 */

import { asUkoError, type ErrorCode, isUkoError, UkoError } from "../../errors.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { type ApplyCommand, aliasOption, type HclCommand, onStack, rerunCommand, shellSafeUrn } from "./explanation.ts";
import { capital, plain } from "./words.ts";

/** What people know a resource by. An edited state may lack everything but the noun. */
export interface ResourceLabel {
  readonly noun: string;
  readonly name?: unknown;
  readonly id?: unknown;
}

/** Names a resource: `key "payroll" 5c1e…/9b2d…`. */
function sayWhich({ noun, name, id }: ResourceLabel): string {
  const called = typeof name === "string" && name !== "" ? ` "${plain(name, 100)}"` : "";
  return `${noun}${called}${typeof id === "string" && id !== "" ? ` ${plain(id, 100)}` : ""}`;
}

/** Returns the error with the resource's label at the start of its first line. */
export function errorAbout(which: ResourceLabel, thrown: unknown): UkoError {
  const { code, summary, detail, data, cause } = asUkoError(thrown);
  return new UkoError(code, { summary: `${capital(sayWhich(which))}: ${summary}`, detail, data, cause });
}

/**
 * Adds the ID to a message whose first line already has the name. Nothing is added if the message is one line, or has
 * the ID already.
 */
export function messageAbout(which: ResourceLabel, message: string): string {
  const [summary, ...lines] = message.split("\n");
  if (typeof which.id !== "string" || lines.length === 0 || message.includes(which.id)) return message;
  return [summary, `  It is ${sayWhich(which)}.`, ...lines].join("\n");
}

/** A resource's name in its engine as people know it: the last part of a URN. */
export function nameIn(resource: string): string {
  return plain(resource.split("::").at(-1) ?? "", 100);
}

interface Shared {
  /** The resource that the engine deletes; undefined if the engine does not say which one. */
  readonly resource: string | undefined;
  readonly holder: string;
  readonly id: string;
  /** The `runtime` of the program's project, if the interface knows it. */
  readonly runtime?: string | undefined;
}

/** The resource left state, and the object continues to exist. */
export function sayLeftState({ resource, holder, id }: Shared): string {
  const left = resource === undefined ? "A resource" : `"${nameIn(resource)}"`;
  return `${left} left only the state: "${nameIn(holder)}" declares the same object, ${plain(id, 100)}, so uko took no step towards its deletion`;
}

export function declaredTwice({ resource, holder, id, runtime }: Shared): UkoError {
  if (resource === holder) return keptUnderItsName(holder, id);
  const staying = resource === undefined ? "This resource" : sayApart(resource, holder);
  const other = resource === undefined ? `"${nameIn(holder)}"` : sayApart(holder, resource);
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `${staying} stays in the state, because ${other} names the same object, and the state does not hold the object as ${other} yet`,
    detail: [
      `uko took no step towards the deletion of ${plain(id, 100)}.`,
      ...aliasLines(`If you renamed or moved the resource, set this option of ${other}`, {
        former: shellSafeUrn(resource),
        runtime,
      }),
      `Next: correct the error that stopped ${other}, then run:`,
      `  ${rerunCommand({ rerun: "pulumi up", target: holder })}`,
    ].join("\n"),
  });
}

/** Two resources of one program with one object, which an adoption or a unique name shows before a run begins. */
export function declaredByTwo(resource: string, other: string): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `${sayApart(resource, other)} and ${sayApart(other, resource)} declare the same object`,
    detail:
      "The deletion of either one would delete the object for both. Next: remove one of them from the program, or give it a name or an ID of its own.",
  });
}

/** Both names of a resource that moved under another parent are the same, so the parents tell them apart. */
function sayApart(resource: string, other: string): string {
  const name = `"${nameIn(resource)}"`;
  if (nameIn(resource) !== nameIn(other)) return name;
  const parents = parentsIn(resource);
  return parents === "" ? `${name} at the top level` : `${name} in ${plain(parents, 200)}`;
}

/** The types of a resource's parents in its URN, `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>`. */
function parentsIn(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").slice(0, -1).join("$");
}

/**
 * The lines that show the option `aliases`. It names the whole URN: an alias by name keeps the resource's present
 * parent, and so does `pulumi state rename`, so neither has an effect on a resource that moved under another parent.
 */
function aliasLines(
  sentence: string,
  { former, runtime }: { readonly former: string | undefined; readonly runtime: string | undefined },
): readonly string[] {
  return former === undefined ? [] : [`${sentence}:`, `  ${aliasOption(former, runtime)}`];
}

/** The engine deletes a former entry of a resource that stays with the same object. */
function keptUnderItsName(urn: string, id: string): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `"${nameIn(urn)}" was not deleted, because the program declares it with the same object`,
    detail: [
      `An interrupted replacement left a former entry of it in the state. uko took no step towards the deletion of ${plain(id, 100)}.`,
      "Next: to remove that entry, run this command and choose the entry that is pending deletion:",
      `  pulumi state delete${onStack(urn)} '${shellSafeUrn(urn) ?? "<URN>"}'`,
    ].join("\n"),
  });
}

/**
 * The error about two declarations for OpenTofu and Terraform, whose provider does not know the address of a resource.
 */
export function declaredTwiceInHcl(typeName: string, id: string, command: HclCommand): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `This run deletes a ${typeName} whose object another resource of the configuration declares: ${plain(id, 100)}`,
    detail: [
      "uko took no step. A deletion of the former resource would delete the object that the other resource needs.",
      "Next: if you renamed the resource, remove the setting that adopts the object, and write:",
      ...movedBlock(typeName),
      "or, to keep only the other resource, run:",
      `  ${command} state rm ${typeName}.<former name>`,
      "A removed block with destroy = false does the same.",
    ].join("\n"),
  });
}

interface Renamed {
  readonly typeName: string;
  readonly noun: string;
  /** The attribute that is unique, and its value. */
  readonly property: string;
  readonly name: string;
}

/** A block that was renamed without a `moved` block, so that a plan has a deletion and a creation. */
export function renamedInHcl({ typeName, noun, property, name }: Renamed): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `This run deletes the ${noun} "${plain(name, 100)}" and creates another one with its ${property}`,
    detail: [
      `uko took no step. Another ${noun} cannot have the same ${property}, so the run could delete the existing one and then fail to create the other.`,
      "Next: if you renamed the resource, write:",
      ...movedBlock(typeName),
      "Otherwise apply once without the new resource, until the existing one is deleted.",
    ].join("\n"),
  });
}

/**
 * A new KMS key that the state already has, by name and key ring. KMS would create a second one, and the run that
 * follows would delete the one that the data needs.
 */
export function secondInHcl({ typeName, noun, name }: Omit<Renamed, "property">, command: HclCommand): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `${capital(noun)} "${plain(name, 100)}" is already in the state, and this run would create a second one with the same name and key ring`,
    detail: [
      secondKeyIsOther,
      "Next: if you renamed the resource, or an instance of it, write:",
      ...movedBlock(typeName),
      `If the resource is tainted, run ${command} untaint. To create one more key, set another name or key ring.`,
    ].join("\n"),
  });
}

const secondKeyIsOther =
  "uko created nothing. KMS accepts both names, but the second key cannot decrypt what the first one encrypted.";

/** The same for a program of Pulumi, whose resource got another name or parent without an alias. */
export function secondKmsKeyInProgram({
  resource,
  holder,
  id,
  runtime,
}: Shared & { readonly resource: string }): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `The state already has the KMS key of "${nameIn(resource)}", and this run would create a second one with the same name and key ring`,
    detail: [
      secondKeyIsOther,
      sayKeepUnderNewName(
        { noun: "KMS key", id, adoptBy: "existingKeyId", block: { type: "KmsKey", id } },
        { origin: resource, holder, runtime },
      ),
      "To create one more key, set another name or key ring.",
    ].join("\n"),
  });
}

/** The deletion of a KMS key after a run created one that is alike, most likely for a renamed resource. */
export function secondMade(id: string): UkoError {
  return new UkoError("UKO_DECLARED_TWICE", {
    summary: `KMS key ${plain(id, 100)} was not deleted, because this run created a second one with the same name and key ring`,
    detail: [
      "The second key cannot decrypt what the first one encrypted. uko took no step towards the deletion of the first one.",
      "Next: if you renamed the resource, give it its former name in the program and run pulumi up, which ends the second key.",
      "Then rename the resource with the option aliases. Otherwise run pulumi up again: it ends the first key.",
    ].join("\n"),
  });
}

function movedBlock(typeName: string): readonly string[] {
  return ["  moved {", `    from = ${typeName}.<former name>`, `    to   = ${typeName}.<new name>`, "  }"];
}

/** An attribute that adopts would be one for all instances of a resource. The address in an import block names one. */
function importBlock(typeName: string, id: string): readonly string[] {
  return ["  import {", `    to = ${typeName}.<name>`, `    id = "${plain(id, 100)}"`, "  }"];
}

/** A warning for an adoption: the key's first resource may still exist in a place that this run cannot read. */
export function sayMadeForAnother(label: string, { stack }: Dialect): string {
  return `Key "${plain(label, 100)}" was created for another resource. If that resource still exists, in this ${stack} or in another one, then deleting either resource starts the deletion of the key for both`;
}

/** An object of the wanted name that a creation found instead of its own. */
export interface Existing {
  readonly noun: string;
  readonly id: string;
  /** The input that adopts it. */
  readonly adoptBy: string;
  /** How an `import` block of OpenTofu and Terraform names the object. */
  readonly block: { readonly type: string; readonly id: string };
}

export interface NewName {
  /** Pulumi's if absent. */
  readonly apply?: ApplyCommand | undefined;
  /** The name of the resource that is created. */
  readonly origin?: string | undefined;
  /** The name under which state holds the object, if the run knows it. */
  readonly holder?: string | undefined;
  /** The name under which a run created the object, if the object's mark reveals it. */
  readonly creator?: string | undefined;
  /** The `runtime` of the program's project, if the interface knows it. */
  readonly runtime?: string | undefined;
}

/**
 * How a program keeps an object under another name. Adopting the object while the former resource is deleted would
 * delete the object.
 */
export function sayKeepUnderNewName(
  { noun, id, adoptBy, block }: Existing,
  { apply = "pulumi up", origin, holder, creator, runtime }: NewName,
): string {
  const { stack, property, resource } = dialectOf(apply);
  const unless = `If no other resource of this or another ${stack} declares ${noun} ${id}`;
  const adopt = `${unless}, set ${property(adoptBy)} to it.`;
  if (apply !== "pulumi up") {
    return [
      "If the resource had another name before, write a moved block from that name to the new one.",
      `${unless}, for example after an interrupted run, write:`,
      ...importBlock(resource(block.type), block.id),
      'An instance of count or for_each has its key after the name: <name>[0] or <name>["blue"].',
    ].join("\n");
  }
  const former = shellSafeUrn(holder);
  if (former === undefined) {
    const made = shellSafeUrn(creator);
    const rename = renameCommand("<former URN>", "<new name>");
    return [
      ...(made === undefined
        ? [
            ...aliasLines("If the resource had another name or parent before, set its option", {
              former: "<former URN>",
              runtime,
            }),
            `\`pulumi stack --show-urns\` shows the URN. For a new name under the same parent, ${rename} does the same.`,
          ]
        : aliasLines(
            "The key was created at the top level of this stack. If you moved it under a parent, set the option",
            {
              former: made,
              runtime,
            },
          )),
      adopt,
    ].join("\n");
  }
  const isMoved = origin !== undefined && parentsIn(origin) !== parentsIn(former);
  const component = origin === undefined ? undefined : formerComponent(former, origin);
  const aliased =
    component === undefined
      ? aliasLines("Next: set the option", { former, runtime })
      : aliasLines("Next: set the option of the component, which counts for all its resources", {
          former: component,
          runtime,
        });
  return [
    `The state holds this ${noun} as "${nameIn(former)}". Do not set ${adoptBy}.`,
    ...aliased,
    ...(isMoved ? [] : ["or run:", `  ${renameCommand(former, origin === undefined ? "<new name>" : nameIn(origin))}`]),
  ].join("\n");
}

/**
 * The former URN of a renamed component whose resources begin with its name, as Pulumi derives their aliases. Undefined
 * if both names have no common end, so that the resource itself was renamed.
 */
function formerComponent(former: string, origin: string): string | undefined {
  const parents = parentsIn(former);
  if (parents === "" || parents !== parentsIn(origin)) return undefined;
  const [before, now] = [nameIn(former), nameIn(origin)];
  const ends = [...before.matchAll(/[-_.]/g)].map(({ index }) => before.slice(index));
  const end = ends.find((each) => now.endsWith(each) && now.length > each.length && before.length > each.length);
  if (end === undefined) return undefined;
  const [stack, project] = former.split("::");
  return [stack, project, parents, before.slice(0, -end.length)].join("::");
}

function renameCommand(urn: string, name: string): string {
  return `pulumi state rename${onStack(urn)} '${urn}' '${name.replaceAll("'", "")}'`;
}

/** A replacement that would bring back the key that an earlier replacement of the resource has left in the state. */
export function sayLeftByEarlierReplacement(id: string, urn: string): string {
  return [
    `Key ${plain(id, 100)} has this label. An earlier replacement left it in the state, where its deletion is pending.`,
    "Next: to keep the present key, give the program its present label again.",
    "Or, to use the former key again, end its deletion, and remove the entry that is pending deletion from the state:",
    `  uko withdraw ${plain(id, 100)}`,
    `  pulumi state delete${onStack(urn)} '${shellSafeUrn(urn) ?? "<URN>"}'`,
    "Then declare the former key as a resource of its own, with existingKeyId.",
  ].join("\n");
}

/** An import whose program has other values than the object, as the preview shows it, too. */
export function importDiffers(properties: readonly string[], adoptBy: string): UkoError {
  return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `The program imports an existing object, and has other values for ${properties.join(", ")}`,
    detail: [
      "uko wrote nothing, because another program may rely on the present values.",
      `Next: take the values of the object. Or use ${adoptBy} in place of the option import: its preview names what the run writes.`,
    ].join("\n"),
  });
}

interface Ended {
  /** `Key "payroll"`. */
  readonly key: string;
  readonly remedy?: string;
}

/**
 * The warning that a declared key is out of use. Every run of the program repeats it: such a program plans no change,
 * and a person who does not know of the destruction would rely on the key.
 */
export function sayOutOfUse(
  { isDestroyed, ...fate }: Ended & { readonly isDestroyed: boolean; readonly reactivate?: string | undefined },
  dialect: Dialect,
): string | undefined {
  if (isDestroyed) return sayDestroyed(fate, dialect);
  return fate.reactivate === undefined ? undefined : sayDeactivated(fate.key, fate.reactivate, dialect);
}

function sayDestroyed({ key, remedy }: Ended, { program }: Dialect): string {
  return [
    `${key} is destroyed, but the ${program} still declares it`,
    "  Once the key is removed, a run creates a new key. The new key cannot decrypt what this key encrypted.",
    ...(remedy === undefined ? [] : [`  ${remedy}`]),
    `  Next: if nothing needs the key, remove its resource from the ${program}.`,
  ].join("\n");
}

/** A program that declares the key again does not undo the deactivation. */
function sayDeactivated(key: string, reactivate: string, { program }: Dialect): string {
  return [
    `${key} is deactivated, but the ${program} declares it`,
    "  It stays out of use: no run of an engine reactivates a key.",
    "  Next: to use the key again, run:",
    `    ${reactivate}`,
    `  If nothing needs the key, remove its resource from the ${program}.`,
  ].join("\n");
}

/**
 * The warning that a key left the state. No later run can warn that the new key is another one, because the state no
 * longer has the old key.
 */
export function sayRemoved({ key }: Ended, { program }: Dialect): string {
  return [
    `${key} was removed from the service, so it leaves the state`,
    `  If the ${program} still declares it, a run creates a new key. The new key cannot decrypt what the removed key encrypted.`,
    `  Next: if nothing needs the key, remove its resource from the ${program}.`,
  ].join("\n");
}

const lookFaults: readonly ErrorCode[] = [
  "UKO_ACCESS_DENIED",
  "UKO_RIGHTS_MISSING",
  "UKO_GONE_UNPROVEN",
  "UKO_RESPONSE_INVALID",
  "UKO_RESPONSE_LOST",
  "UKO_SERVICE_UNAVAILABLE",
  "UKO_DEADLINE",
  "UKO_CLOCK_SKEW",
];

/**
 * Whether the error is one of a read that says nothing about the object. A refresh before every run must not stop the
 * runs of people whose work does not involve this key (decision 0017).
 */
export function isTransientReadError(error: unknown): error is UkoError {
  return isUkoError(error) && lookFaults.includes(error.code);
}

/** The warning about such a read; `why` is in the terms of the interface's readers. */
export function refreshSkippedWarning(why: string): string {
  return `Could not refresh this resource; keeping the last known state: ${why}`;
}

/** The end of such a warning. */
export const sayStrictReads = "UKO_STRICT_READS=1 turns this warning into an error.";

/** Ends a run of Pulumi that stopped at a wait, or whose other resources depend on each other. */
export function sayUnreached(count: number): string {
  return [
    `Pulumi did not begin the deletion of ${count} other resource${count === 1 ? "" : "s"} that this run read`,
    "  With --continue-on-error, one run takes the next step of each key on which no waiting key depends.",
    "  Pulumi deletes a key only after the keys that depend on it, weeks later. To retire all of them at once,",
    '  set state: "destroyed" on each key, and run pulumi up.',
  ].join("\n");
}

/** Ends a run of an engine that signals its end. */
export function sayUnreadInAll(count: number): string {
  const [resources, whose] = count === 1 ? ["1 resource", "its"] : [`${count} resources`, "their"];
  return `This run could not read ${resources}, so ${whose} last known state was kept. With UKO_STRICT_READS=1, such a run fails`;
}
