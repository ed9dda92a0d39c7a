/**
 * What leads to harm if one rule is missing: a few steps of several people on one key, whom a draw of single steps would rarely
 * bring together. Each scheme is a list of lines, and each line has places that the draw fills. So one scheme is hundreds of stories.
 */

import type { Key } from "../../provider/emulator/store/model.ts";
import type { Dice, FaultKind, Step, Who } from "./story.ts";
import { programKeys } from "./world.ts";

interface Scheme {
  /** The states of the key in which the scheme can begin. */
  readonly states: string;
  /** The keys on which it is played, if not on any. */
  readonly keys?: readonly string[];
  /**
   * `A uko hold @ ! 503 & M plant noise @`: who, what is typed, a fault, and what happens before the answer. `{a|b}` is one of both.
   * A and B are two honest people, C is Carol, D acts in a profile, M is Mallory, P is the pipeline, and @ is the key.
   */
  readonly lines: readonly string[];
}

const living = "active deactivated pre_activation";

const schemes: readonly Scheme[] = [
  // A text that is on the key when a person writes to it for another purpose.
  {
    states: living,
    lines: [
      "M uko request @",
      "M plant {request|request|compact|noise} @ A",
      "A {uko hold @|uko sync @|uko withdraw @}",
    ],
  },
  {
    states: "deactivated",
    lines: ["M uko request @", "M plant request @ A", "A {uko sync @|uko reactivate @|uko reactivate @}"],
  },
  { states: "deactivated", lines: ["M uko request @", "M plant request @ erin", "erin uko reactivate @"] },
  {
    states: living,
    lines: ["C uko hold @", "M plant noise @", "C uko hold @ --release --reason closed"],
  },
  {
    states: living,
    keys: programKeys,
    lines: ["M uko request @", "M plant {request|unmarked|noise} @ A", "A engine {tag|edit|up|gate|loosen|rotate}"],
  },
  // A forged request, which A may then touch with another tool.
  {
    states: living,
    lines: [
      "M uko request @",
      "M plant {request|request|early|early|vouched|twice} @ A",
      "A {wait 1s|tool touch @|tool touch @|tool sync_status_in_keystores @}",
      "B uko approve @{|| --store}",
    ],
  },
  {
    states: living,
    lines: ["M uko request @", "M plant {digest|otherstep|twice|words} @ M", "{A|C} uko approve @{|| --store}"],
  },
  { states: living, lines: ["{P|D} uko request @", "{A|P|D} uko approve @"] },
  // A forged approval, which its requester then uses.
  {
    states: living,
    lines: [
      "A uko request @",
      "M plant {approval|copied|retimed|retimed|reworded|reworded} @ A",
      "A {uko continue @|uko continue @|engine destroy}",
    ],
  },
  { states: living, lines: ["M uko request @", "M plant approval @ M", "M uko continue @"] },
  {
    states: "active",
    lines: [
      "A uko request @",
      "B uko approve @",
      "M uko request @",
      "A wait 5h",
      "M plant stepped @ A",
      "A uko continue @",
    ],
  },
  // What two people do: late, with a third person, or on a key that changes while one of them reads.
  { states: living, lines: ["A uko request @", "A wait 8d", "B uko approve @{| ! an old date}"] },
  { states: living, lines: ["A uko request @", "{A|B} uko approve @ --store", "{A|B|C|M} uko approve @ --store"] },
  {
    states: "deactivated pre_activation",
    lines: [
      "A uko request @",
      "B uko approve @ --store",
      "A wait {1s|49h}",
      "{A|A|B|M} uko continue @{|| ! an old date}",
    ],
  },
  { states: living, lines: ["M uko request @", "B uko approve @{| --store} & M plant words @ M"] },
  { states: living, lines: ["A uko request @", "B uko approve @ ! a hold in the same second"] },
  {
    states: living,
    lines: ["A uko request @", "{A|B|C} engine {destroy|edit|tag|up|rotate}", "C uko {sync|withdraw} @"],
  },
  // Holds, from one run to the next.
  {
    states: living,
    lines: ["C uko hold @", "C uko hold @ --release --reason closed", "A uko request @", "C uko hold @"],
  },
  { states: "deactivated pre_activation", lines: ["C tool hold @", "A uko request @", "B uko approve @"] },
  {
    states: "destroyed",
    lines: ["C tool hold @", "C wait 91d", "{A|C} {uko continue @ --yes|engine destroy}"],
  },
  { states: "deactivated", lines: ["bob uko request @", "C uko approve @", "C wait 91d", "bob uko continue @"] },
  {
    states: "active",
    lines: ["bob uko request @", "C uko approve @", "bob uko request @", "C wait 5h", "C uko approve @"],
  },
  // A service that contradicts itself.
  {
    states: "destroyed",
    lines: [
      "C uko continue @ ! only {the metadata names a keystore|the stored status names a keystore|the material shows}",
      "C uko continue @ ! only {the status is pending|a keystore is out of sync}",
      "C wait 31d",
      "C uko continue @",
    ],
  },
  // The window of KMS.
  { states: "active", keys: ["ledger"], lines: ["A uko request @", "M tool window @", "{alice|carol} uko approve @"] },
  // A program that asks for fewer people.
  {
    states: living,
    keys: programKeys,
    lines: ["M plant {nothing|markers|marker} @", "C {engine loosen|engine gate|uko request @}", "C engine destroy"],
  },
  { states: living, keys: programKeys, lines: ["C engine {loosen|gate}", "C engine destroy", "C engine destroy"] },
  { states: living, keys: programKeys, lines: ["C engine loosen", "C tool hold @", "C engine destroy"] },
  {
    states: "deactivated",
    keys: programKeys,
    lines: ["C uko request @", "C wait 5h", "C engine destroy"],
  },
];

/** The first run of the program, which makes its keys for two people, for one, or for one who deactivates. */
export const makeKeys = (dice: Dice): Step => ({ who: "carol", types: `engine ${dice.one(["up", "loosen", "gate"])}` });

/** The schemes of one story: each that some key fits comes once before any comes again. */
export function startSchemes(dice: Dice): (keys: readonly Key[]) => readonly Step[] {
  let left = schemes;
  return (keys) => {
    const fitting = (from: readonly Scheme[]) => from.filter((scheme) => keysFor(scheme, keys).length > 0);
    if (fitting(left).length === 0) left = schemes;
    // Without a key, the program makes some.
    if (fitting(left).length === 0) return [makeKeys(dice)];
    const scheme = dice.one(fitting(left));
    left = left.filter((each) => each !== scheme);
    return playedBy(scheme, dice.one(keysFor(scheme, keys)).label, dice);
  };
}

function keysFor({ states, keys: names }: Scheme, keys: readonly Key[]): readonly Key[] {
  return keys.filter(({ state, label }) => states.split(" ").includes(state) && names?.includes(label) !== false);
}

function playedBy({ lines }: Scheme, label: string, dice: Dice): readonly Step[] {
  const requester = dice.one(["alice", "bob", "carol"] as const);
  const approver = dice.one((["alice", "bob", "carol"] as const).filter((who) => who !== requester));
  const cast: Readonly<Record<string, Who>> = {
    ...{ A: requester, B: approver, C: "carol", D: "dave", M: "mallory", P: "pipeline" },
  };
  return lines.map((line) => {
    const chosen = choose(line, dice).replaceAll("@", `@${label}`);
    const [own = "", between] = chosen.split(" & ");
    const meanwhile = between === undefined ? {} : { meanwhile: stepOf(between, cast, dice) };
    return { ...stepOf(own, cast, dice), ...meanwhile };
  });
}

/** Whether the service lies from the first call on. */
const isOfAll = (fault: string): boolean => fault === "an old date" || fault.startsWith("only ");

/** Takes one of each alternative, the inner ones first. */
function choose(line: string, dice: Dice): string {
  const chosen = line.replace(/\{([^{}]*)\}/, (_, all: string) => dice.one(all.split("|")));
  return chosen === line ? line : choose(chosen, dice);
}

function stepOf(line: string, cast: Readonly<Record<string, Who>>, dice: Dice): Step {
  const [said = "", fault] = line.trim().split(" ! ");
  const [who = "", ...words] = said.split(" ").map((word) => cast[word] ?? word);
  const types = words.join(" ").trim();
  const isAsked = types.startsWith("uko ") && !types.endsWith("--yes");
  return {
    ...{ who: who as Who, types },
    ...(isAsked && { answers: "yes" as const }),
    ...(fault !== undefined && { fault: { kind: fault as FaultKind, call: isOfAll(fault) ? 1 : 1 + dice.below(12) } }),
  };
}
