/**
 * A breadth-first search through every reachable world, each visited once, with the path from the start for a
 * trace.
 */

import type { Model, Move } from "./moves.ts";
import { symbolOf, type World } from "./world.ts";

export interface Explored {
  readonly states: number;
  readonly moves: number;
  /** Whether the search ran out of new worlds before the maximum depth. */
  readonly isComplete: boolean;
}

export type Edges = { readonly world: World; readonly to: readonly number[]; readonly says: readonly unknown[] };

interface Node {
  readonly world: World;
  readonly from: number;
  readonly label: string;
}

/**
 * Explores to `depth`; throws the first violation with the moves that lead to it. `visit` receives each world
 * and its moves.
 */
export function explore(
  model: Model,
  starts: readonly World[],
  movesOf: (world: World) => Iterable<Move>,
  depth: number,
  visit?: (index: number, edges: Edges) => void,
  maxStates = 2_000_000,
): Explored {
  const seen = new Map<string, number>();
  const nodes: Node[] = [];
  let layer: number[] = [];
  let moves = 0;
  const add = (world: World, from: number, label: string, into: number[]): number => {
    const symbol = symbolOf(world);
    const known = seen.get(symbol);
    if (known !== undefined) return known;
    const index = nodes.push({ world, from, label }) - 1;
    seen.set(symbol, index);
    into.push(index);
    return index;
  };
  for (const [number, world] of starts.entries()) add(world, -1, `start ${number}`, layer);

  for (let level = 0; level < depth && layer.length > 0; level += 1) {
    const next: number[] = [];
    for (const index of layer) {
      const node = nodes[index];
      if (node === undefined) continue;
      const to: number[] = [];
      const says: unknown[] = [];
      try {
        for (const move of movesOf(node.world)) {
          moves += 1;
          to.push(add(move.to, index, move.label, next));
          says.push(move.plan);
        }
      } catch (error) {
        if (error instanceof Error) {
          error.message += `\n  in ${model.config.title}\n  after ${trace(nodes, index).join("\n        ")}`;
        }
        throw error;
      }
      visit?.(index, { world: node.world, to, says });
      if (nodes.length > maxStates) throw new Error(`more than ${maxStates} states in ${model.config.title}`);
    }
    layer = next;
  }
  return { states: nodes.length, moves, isComplete: layer.length === 0 };
}

function trace(nodes: readonly Node[], last: number): readonly string[] {
  const labels: string[] = [];
  for (let index = last; index >= 0; index = nodes[index]?.from ?? -1) labels.unshift(nodes[index]?.label ?? "");
  return labels;
}
