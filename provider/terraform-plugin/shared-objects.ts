/**
 * Objects that this run's program declares, and objects that the run deletes. An object in both
 * sets belongs to two resources, such as after a rename without a `moved` block, which hosts do not
 * report.
 */

export interface SharedObjects {
  /** The program declares a resource whose state holds the object, or that adopts it. */
  noteDeclared(typeName: string, id: string): void;
  noteDeletion(typeName: string, id: string): void;
  isDeclared(typeName: string, id: string): boolean;
  isDeleted(typeName: string, id: string): boolean;
}

export function createSharedObjects(): SharedObjects {
  const declared = new Set<string>();
  const deleted = new Set<string>();
  return {
    noteDeclared: (typeName, id) => void declared.add(`${typeName} ${id}`),
    noteDeletion: (typeName, id) => void deleted.add(`${typeName} ${id}`),
    isDeclared: (typeName, id) => declared.has(`${typeName} ${id}`),
    isDeleted: (typeName, id) => deleted.has(`${typeName} ${id}`),
  };
}
