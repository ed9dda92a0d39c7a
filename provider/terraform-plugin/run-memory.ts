/**
 * Remembers what the calls of one run revealed about each object. The hosts do not report which calls are about the
 * same object, so only this memory shows that a run would delete an object that another resource of the configuration
 * still has. The calls then refuse the deletion.
 */

import { createForAll, createReported } from "../engine/resource/stopped-alike.ts";
import type { TerraformResource } from "../resources/schema/terraform.ts";
import type { ObjectValue } from "./values.ts";

export type RunMemory = ReturnType<typeof createRunMemory>;

export function createRunMemory() {
  const gone = new Map<string, string>();
  const found = createObjects();
  const adopted = createObjects();
  const read = createObjects();
  const warned = createObjects();
  const waiting = createObjects();
  const declared = createObjects();
  const deleted = createObjects();
  const existing = new Set<string>();
  const planned = new Set<string>();
  const leaving = new Set<string>();
  const conflicts = new Set<string>();
  const names = new Set<string>();
  const alike = { held: new Set<string>(), planned: new Set<string>() };
  let hasApplied = false;
  return {
    /**
     * A creation found this existing object: a deletion of the same ID only removes its former entry
     * in state.
     */
    noteFound: found.add,
    isFound: found.has,
    /** The run applies a creation that adopts this object. */
    noteAdopted: adopted.add,
    isAdopted: adopted.has,
    /** Records that this run has read the object, which a plan does. An apply plans again without a read. */
    noteRead(typeName: string, id: string): void {
      read.add(typeName, id);
    },
    isRead: read.has,
    /** The run creates an object of this unique name, or brings an object to it. */
    noteName: (name: string | undefined): void => void (name !== undefined && names.add(name)),
    hasName: (name: string): boolean => names.has(name),
    /**
     * What the objects in the state and the new ones have in common, where names may repeat (`alikeOf`). Hosts plan the
     * two in any order, so the second of the two plans is refused.
     */
    noteAlike: (of: keyof typeof alike, value: string | undefined): void =>
      void (value !== undefined && alike[of].add(value)),
    dropAlike: (of: keyof typeof alike, value: string | undefined): void => void alike[of].delete(value ?? ""),
    hasAlike: (of: keyof typeof alike, value: string | undefined): boolean => alike[of].has(value ?? ""),
    /** The run applies its plan. */
    noteApply(): void {
      hasApplied = true;
    },
    isApplying: (): boolean => hasApplied,
    ...createReported(),
    /** Returns how to go on with everything that stopped like this object. */
    forAllOf: createForAll(),
    /** A read of this run has warned of what the deletion of the object waits for. */
    noteWaitShown: waiting.add,
    isWaitShown: waiting.has,
    /**
     * The program declares a resource whose state holds the object, or that adopts it. An object that
     * the run also deletes belongs to two resources, such as after a rename without a `moved` block.
     */
    noteDeclared: declared.add,
    isDeclared: declared.has,
    isDeleted: deleted.has,
    /** The run plans the deletion of an object with these values. */
    noteDeletion(resource: TerraformResource, values: ObjectValue): void {
      deleted.add(resource.typeName, String(values.id));
      add(leaving, resource, values);
    },
    /** State holds an object with these values. */
    trackExisting: (resource: TerraformResource, values: ObjectValue) => void add(existing, resource, values),
    /** Whether an object of the state has this unique name. */
    isNameHeld: (resource: TerraformResource, values: ObjectValue) => existing.has(placeOf(resource, values) ?? ""),
    /**
     * Records that the object is gone, so its name is free. The warning is for a plan that creates an object under this
     * name.
     */
    noteGone(resource: TerraformResource, values: ObjectValue, warning?: string): void {
      const place = placeOf(resource, values) ?? "";
      existing.delete(place);
      if (warning !== undefined) gone.set(place, warning);
    },
    /** The warning about the former object of this name, if this run found it gone. */
    goneWarning: (resource: TerraformResource, values: ObjectValue) => gone.get(placeOf(resource, values) ?? ""),
    /** This run has warned that the key is destroyed. */
    noteWarned: warned.add,
    isWarned: warned.has,
    trackPlanned: (resource: TerraformResource, values: ObjectValue) => void add(planned, resource, values),
    /** The new object exists, so its name belongs to it. */
    noteMade: (resource: TerraformResource, values: ObjectValue) =>
      void planned.delete(placeOf(resource, values) ?? ""),
    /**
     * Whether the run plans a new object under this unique name. If the run deletes the object that has
     * the name now, the block was renamed without a `moved` block.
     */
    isNamePlanned: (resource: TerraformResource, values: ObjectValue) => planned.has(placeOf(resource, values) ?? ""),
    /** Whether the run plans the deletion of the object that has this unique name. */
    isNameLeaving: (resource: TerraformResource, values: ObjectValue) => leaving.has(placeOf(resource, values) ?? ""),
    /**
     * Whether both an existing and a planned object have this name, once per name; the values may be
     * those of either one. The name is unique, so it belongs to a tainted object or a renamed block.
     */
    popConflict(resource: TerraformResource, values: ObjectValue): boolean {
      const place = placeOf(resource, values) ?? "";
      if (!existing.has(place) || !planned.has(place) || conflicts.has(place)) return false;
      conflicts.add(place);
      return true;
    },
  };
}

/** Objects by type and ID. */
function createObjects() {
  const all = new Set<string>();
  return {
    add: (typeName: string, id: string): void => void all.add(`${typeName} ${id}`),
    has: (typeName: string, id: string): boolean => all.has(`${typeName} ${id}`),
  };
}

function add(all: Set<string>, resource: TerraformResource, values: ObjectValue): void {
  const place = placeOf(resource, values);
  if (place !== undefined) all.add(place);
}

/** The unique name of an object; undefined if a part of it is unknown, or names may repeat. */
function placeOf({ typeName, uniqueNames }: TerraformResource, values: ObjectValue): string | undefined {
  const parts = uniqueNames.map((name) => values[name]);
  const isKnown = parts.length > 0 && parts.every((part) => typeof part === "string");
  return isKnown ? [typeName, ...parts].join(" ") : undefined;
}
