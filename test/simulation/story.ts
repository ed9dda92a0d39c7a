/** A story: what people type, in order, and what goes wrong meanwhile. It is plain data, so that it can be kept, cut and told again. */

import type { ProfileName } from "../../provider/emulator/store/switches.ts";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";

/** Who acts. Mallory has a credential with every role, and may write all that is data to uko. */
export const people = ["alice", "bob", "carol", "dave", "olga", "erin", "pipeline", "workload", "mallory"] as const;
export type Who = (typeof people)[number];

/** What goes wrong in one step, at the call with this number. */
export const faultKinds = [
  "429",
  "503",
  "the call is lost",
  "the answer is lost",
  "an effect, and 503",
  "200, and no effect",
  "an empty list",
  "killed before",
  "killed after",
  "a jump of the clock",
  "an old date",
  "a hold in the same second",
  "no disk",
] as const;
/** A service that says during the whole step that nothing is left of a destroyed key, but for one answer. */
export const lieKinds = [
  "only the metadata names a keystore",
  "only the stored status names a keystore",
  "only the material shows",
  "only the status is pending",
  "only a keystore is out of sync",
] as const;
export type FaultKind = (typeof faultKinds | typeof lieKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly call: number;
}

export interface Step {
  readonly who: Who;
  /**
   * What is typed: `uko …`, `engine …`, `tool …` for a call of another tool, `plant …` for a text on a key, `edit …` for
   * one in a file, or `wait …`. A key of the world stands as `@name`.
   */
  readonly types: string;
  /** At a terminal, and what the person answers there; absent without a terminal. */
  readonly answers?: "yes" | "no";
  readonly env?: Readonly<Record<string, string>>;
  readonly fault?: Fault;
  /** What happens between the look and the answer. */
  readonly meanwhile?: Step;
}

/** Where a story takes place. */
export interface Setting {
  readonly profile: ProfileName;
  /** How far the clock of the service moves with each write. */
  readonly tickMs: number;
  /** Whose engine runs the program; by default the package. */
  readonly engine?: InterfaceName;
  /** Whether the engine's environment asks for two people, as by default, or leaves the rule to the program. */
  readonly rule?: "of the program";
}

export interface Story extends Setting {
  readonly steps: readonly Step[];
}

export function tell(step: Step): string {
  const { who, types, answers, env = {}, fault, meanwhile } = step;
  if (types.startsWith("wait ")) return `# ${types.slice(5)} later`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
  const typed = `${who}$ ${variables.join("")}${types}`;
  const notes = [
    ...(answers === undefined ? [] : [`at a terminal, answers ${answers}`]),
    ...(fault === undefined ? [] : [`${fault.kind} at call ${fault.call}`]),
    ...(meanwhile === undefined ? [] : [`before the answer: ${tell(meanwhile)}`]),
  ];
  return notes.length === 0 ? typed : `${typed}   # ${notes.join("; ")}`;
}

/** Draws of one seed: the same on every machine. */
export interface Dice {
  below(limit: number): number;
  chance(percent: number): boolean;
  one<Item>(items: readonly Item[]): Item;
}

/** Mulberry32. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (percent) => below(100) < percent,
    one(items) {
      const drawn = items[below(items.length)];
      if (drawn === undefined) throw new Error("There is nothing to draw from.");
      return drawn;
    },
  };
}
