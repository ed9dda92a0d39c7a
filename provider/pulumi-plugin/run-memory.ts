/**
 * Remembers what the calls of one run revealed about each resource, so that a run does not delete a key that it keeps.
 * The creating half of a replacement or a rename adopts the existing key, and the deleting half would then delete it.
 * The file also collects what only the end of a run can report.
 */

import { createDeclarations, type Declarations } from "../engine/resource/declarations.ts";
import type { Unfinished } from "../engine/resource/delete.ts";
import {
  type Ahead,
  createForAll,
  createReported,
  createTally,
  type Stopped,
} from "../engine/resource/stopped-alike.ts";
import { UkoError } from "../errors.ts";

/** The object that a resource of the program describes. */
export interface ProgramObject {
  /** The object that it adopts. */
  readonly id?: string | undefined;
  /** The unique name of the object that it creates. */
  readonly place?: string | undefined;
  /** The unique name that the program gives to its object, whether it exists or not. */
  readonly name?: string | undefined;
}

/** A resource that a run has read and may delete. */
interface MayEnd extends Omit<Ahead, "message"> {
  readonly id: string;
  /** Whether it is held, or its deletion is pending, so that a refresh shows it, too. */
  readonly isPending: boolean;
  /** What its pending deletion waits for. */
  readonly warning?: string;
  readonly message?: string;
}

interface AllAhead {
  readonly warnings: readonly (readonly [urn: string, warning: string])[];
  readonly previews: readonly Ahead[];
  /** Whether this run deletes what it previews. */
  readonly isCertain: boolean;
}

export type RunMemory = ReturnType<typeof createRunMemory>;

export function createRunMemory() {
  const stored = new Map<string, string>();
  const imported = new Set<string>();
  const found = new Set<string>();
  const removed = new Map<string, string>();
  /** The resources of the program that declare an object, by its name or ID. */
  const declarers = new Map<string, Set<string>>();
  const declare = (object: string | undefined, urn: string): void => {
    if (object !== undefined) declarers.set(object, (declarers.get(object) ?? new Set()).add(urn));
  };
  const deleting = new Set<string>();
  const declarations = createDeclarations();
  const end = createRunEnd(declarations, deleting, (id) => declarers.has(id));
  const replacements = createReplacements(stored);
  const { holderOf, refuseReplacement } = replacements;
  return {
    /** The program declares a resource of this URN, and may name its object. */
    trackPlanned(urn: string, { id, place, name }: ProgramObject): void {
      replacements.noteWantedPlace(urn, name);
      declarations.noteWanted(urn, place);
      declare(name, urn);
      declare(id, urn);
      if (id !== undefined) declarations.noteNamed(urn, id);
    },
    /** Whether the program gives this unique name to an object. */
    isNamePlanned: (name: string): boolean => declarers.has(name),
    /** Another resource of the program that adopts or holds the object, or has its unique name. */
    rivalOf(urn: string, ...objects: readonly (string | undefined)[]): string | undefined {
      return objects.flatMap((object) => [...(declarers.get(object ?? "") ?? [])]).find((each) => each !== urn);
    },
    /** A failed creation found this object instead of its own. */
    noteNamed: declarations.noteNamed,
    isWanted: declarations.isWanted,
    hasWanted: declarations.hasWanted,
    /**
     * Records that state has this ID under the URN. This reveals nothing about the program, because a destroy begins with
     * such reads.
     */
    noteStored: (urn: string, id: string): void => void stored.set(join(urn, id), urn),
    /** The program declares the resource, and state holds this ID under the URN. */
    noteDeclared(urn: string, id: string): void {
      if (imported.has(join(urn, id))) return;
      stored.set(join(urn, id), urn);
      declarations.noteStored(urn, id);
      if (declarations.isWanted(urn)) declare(id, urn);
    },
    /** Records a resource that keeps this object: nothing differs, or the run has updated it. */
    noteKept(urn: string, id: string): void {
      if (!imported.has(join(urn, id))) declarations.noteKept(urn, id);
    },
    /** An import reads the object; whether it enters the state is not known in this run. */
    noteImported(urn: string, id: string): void {
      imported.add(join(urn, id));
      declarations.noteNamed(urn, id);
    },
    /** Whether this run imports the object under the URN. */
    isImported: (urn: string, id: string): boolean => imported.has(join(urn, id)),
    holderOf,
    replacedBy: replacements.replacedBy,
    refuseSelfReplacement: replacements.refuseSelfReplacement,
    notePlace: replacements.notePlace,
    isRenamed: replacements.isRenamed,
    /** The object of the state is gone. */
    dropStored: (urn: string, id: string): void => void stored.delete(join(urn, id)),
    /**
     * A creation found this object. Throws UKO_CHANGE_IMPOSSIBLE if state holds it under this URN
     * already, since it cannot replace itself.
     */
    takeFound(urn: string, id: string): void {
      refuseReplacement(urn, id);
      found.add(join(urn, id));
    },
    refuseReplacement,
    /**
     * Whether a creation of this run found this object, so that the deletion only removes its former
     * entry in state.
     */
    isFound: (urn: string, id: string): boolean => found.has(join(urn, id)),
    ...createReported(),
    /** In a run without a program, how many resources the run has read and not begun to delete, if it deletes any. */
    countUnreached(): number {
      if (deleting.size === 0 || declarations.hasWanted()) return 0;
      return [...new Set(stored.values())].filter((urn) => !deleting.has(urn)).length;
    },
    ...end,
    ...createAlike(),
    ...createUnread(),
    ...createFailedFunctions(),
    /** A read found that the key of this URN is gone; the warning is for a program that still declares it. */
    noteRemoved: (urn: string, warning: string): void => void removed.set(urn, warning),
    /** Returns and removes the warning about a removed key, which a creation under the same URN replaces. */
    takeRemoved(urn: string): string | undefined {
      const warning = removed.get(urn);
      removed.delete(urn);
      return warning;
    },
    /**
     * The warnings of a run that neither applied a program nor deleted, such as a refresh. The next run of the program
     * creates the keys again, and then the state no longer contains the removed ones.
     */
    takeAllRemoved(): readonly string[] {
      const all = declarations.hasWanted() || deleting.size > 0 ? [] : [...removed.values()];
      removed.clear();
      return all;
    },
    /** Decides what a deletion may do, given the other resources that the program declares. */
    decideDeletion(target: Parameters<Declarations["decideDeletion"]>[0]) {
      if (target.resource !== undefined) deleting.add(target.resource);
      return declarations.decideDeletion(target);
    },
  };
}

const join = (urn: string, id: string): string => `${urn} ${id}`;

/**
 * Remembers the unique names of the objects that state holds, by URN and ID, and of those that the program wants. The
 * engine does not say that it replaces a resource: it creates one under the URN of an object in the state.
 */
function createReplacements(stored: ReadonlyMap<string, string>) {
  const places = new Map<string, string>();
  const wanted = new Map<string, string>();
  const held = (urn: string): readonly string[] =>
    [...stored].flatMap(([place, holder]) => (holder === urn ? [place.slice(urn.length + 1)] : []));
  /** The URN under which state holds this ID, if a call of this run revealed it. */
  const holderOf = (id: string): string | undefined => [...stored].find(([place]) => place.endsWith(` ${id}`))?.[1];
  const refuseReplacement = (urn: string, id: string): void => {
    if (!stored.has(join(urn, id))) return;
    throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
      summary: `"${urn.split("::").at(-1)}" cannot be replaced: its label or its ID in the program belongs to the existing one`,
      detail:
        "Nothing was created or deleted. To keep the existing one, remove the option replaceOnChanges or the flag that asks for a replacement. " +
        "To get a new one, create it with another name and label, move to it, then remove the old one from the program.",
    });
  };
  return {
    holderOf,
    refuseReplacement,
    /** The unique name that an object has in the state. */
    notePlace: (urn: string, id: string, place: string | undefined): void =>
      void (place !== undefined && places.set(join(urn, id), place)),
    /** The unique name that the program gives to the object of this URN. */
    noteWantedPlace: (urn: string, place: string | undefined): void =>
      void (place !== undefined && wanted.set(urn, place)),
    /** The object that state holds under the URN, which a creation there replaces. */
    replacedBy: (urn: string): string | undefined => held(urn)[0],
    /** Refuses a creation that would have the unique name of the object that it replaces, or would adopt this object. */
    refuseSelfReplacement(urn: string, place: string | undefined, adopted: string | undefined): void {
      for (const id of held(urn)) {
        if (id === adopted || (place !== undefined && places.get(join(urn, id)) === place)) refuseReplacement(urn, id);
      }
    },
    /** Whether the program gives another unique name to the object that state holds. */
    isRenamed(id: string): boolean {
      const urn = holderOf(id) ?? "";
      const place = wanted.get(urn);
      return place !== undefined && place !== places.get(join(urn, id));
    },
  };
}

function createUnread() {
  const unread = new Set<string>();
  return {
    /** Records a resource that could not be read and kept its state. */
    noteUnread: (urn: string): void => void unread.add(urn),
    /** Returns how many resources could not be read and resets the number to 0, so that a run ends with one such line. */
    takeUnread(): number {
      const count = unread.size;
      unread.clear();
      return count;
    },
  };
}

/** Remembers whether a function of the program failed, so that the program most likely ended with an error. */
function createFailedFunctions() {
  let isFailed = false;
  return {
    noteFailedFunction(): void {
      isFailed = true;
    },
    hasFailedFunction: (): boolean => isFailed,
  };
}

/** Remembers what objects in the state have in common with others that a rename would create (`alikeOf`). */
function createAlike() {
  const alike = new Map<string, { readonly urn: string; readonly id: string }>();
  return {
    noteAlike: (value: string | undefined, urn: string, id: string): void =>
      void (value !== undefined && alike.set(value, { urn, id })),
    /** The resource and the object in the state to which a new object would be a second one. */
    findAlike: (value: string | undefined) => alike.get(value ?? ""),
  };
}

/** Remembers what only the end of a run can report. */
function createRunEnd(
  { hasWanted, isWanted }: Declarations,
  deleting: ReadonlySet<string>,
  isDeclared: (id: string) => boolean,
) {
  let hasStepped = false;
  const ahead = new Map<string, MayEnd>();
  const stopped = new Map<string, Stopped>();
  const tally = createTally();
  const forAllOf = createForAll();
  return {
    /** Returns the number of the resource among those of its type that have stopped for this reason. */
    noteStopped(outcome: Unfinished, type: string, resource: string): number {
      const { code } = outcome;
      const reason = `${code} ${type}`;
      const number = tally(reason, resource);
      const count = Math.max(number, stopped.get(reason)?.count ?? 0);
      stopped.set(reason, { code, forAll: forAllOf(outcome), type, count });
      return number;
    },
    /** The reasons for which several resources stopped, in the order in which they appeared. */
    takeStopped(): readonly Stopped[] {
      const all = [...stopped.values()].filter(({ count }) => count > 1);
      stopped.clear();
      return all;
    },
    noteAhead: (urn: string, shown: MayEnd): void => void ahead.set(urn, shown),
    takeAhead(urn: string): MayEnd | undefined {
      const shown = ahead.get(urn);
      ahead.delete(urn);
      return shown;
    },
    /** The run takes a step of the program, so it is no preview. */
    noteStep(): void {
      hasStepped = true;
    },
    /**
     * What a run has read and neither declared nor begun to delete, at its end. A run that has taken steps reports only
     * the waits of what it reached. Without a Check the run is a destroy or a refresh, or another process of this
     * provider serves the program: then the pending deletions alone count.
     */
    takeAllAhead(isDestroy: boolean): AllAhead {
      const isProgram = hasWanted();
      const left = isProgram || deleting.size === 0 ? [...ahead].filter(([urn]) => !deleting.has(urn)) : [];
      ahead.clear();
      const warnings = left.flatMap(([urn, { warning }]) => (warning === undefined ? [] : [[urn, warning] as const]));
      const isPreview = !hasStepped && deleting.size === 0;
      const isCertain = isProgram || isDestroy;
      const previews = left.flatMap(([urn, { message, isPending, id, ...shown }]) => {
        const isLeaving = isPreview && (isProgram ? !isWanted(urn) && !isDeclared(id) : isDestroy || isPending);
        return message !== undefined && isLeaving ? [[urn, { ...shown, message }] as const] : [];
      });
      // Of many waits, those that a preview names are left out.
      const named = new Set(warnings.length > 3 ? previews.map(([urn]) => urn) : []);
      return {
        warnings: warnings.filter(([urn]) => !named.has(urn)),
        previews: previews.map(([, shown]) => shown),
        isCertain,
      };
    },
  };
}
