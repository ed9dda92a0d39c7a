/**
 * What leads to harm if one rule is missing: a few steps of several people on one key, whom a draw of single steps would rarely
 * bring together. Each scheme is a list of lines, and each line has places that the draw fills. So one scheme is hundreds of stories.
 */

import type { Key } from "../../provider/emulator/store/model.ts";
import type { Dice, FaultKind, Step, Who } from "./story.ts";

interface Scheme {
  /** The states of the key in which the scheme can begin; any state if absent. */
  readonly states?: string;
  /** `A uko hold @ ! 503 & M plant noise @`: who, what is typed, a fault, and what happens before the answer. `{a|b}` is one of both. */
  readonly lines: readonly string[];
}

/** A and B are two honest people, M is Mallory, and @ is the key. */
const schemes: readonly Scheme[] = [
  // A forged request, which A then touches for another purpose.
  {
    states: "active deactivated pre_activation",
    lines: [
      "M uko request @",
      "M plant {request|request|early|campaign|digest|otherstep|twice|unmarked|compact} @ {A|A|A|M|P}",
      "A {tool touch @|tool sync_status_in_keystores @|uko hold @|uko hold @ --release|uko sync @|uko reactivate @|engine {tag|edit|up|gate|loosen|destroy}}",
      "B {uko approve @|uko approve @|uko approve @ --store|uko continue @}",
    ],
  },
  {
    states: "active deactivated pre_activation",
    lines: [
      "M uko request @",
      "M plant {digest|otherstep|twice|request|words} @ M",
      "{A|P|D} uko approve @{| --store}",
    ],
  },
  // A forged approval, which its requester then uses.
  {
    states: "active deactivated pre_activation",
    lines: [
      "{A|A|A|M|P|D} uko request @",
      "M plant {approval|copied|retimed|reworded} @ {A|A|M}",
      "{A|A|M} {uko continue @|engine destroy}",
    ],
  },
  {
    states: "active",
    lines: [
      "A uko request @",
      "B uko approve @",
      "M uko request @",
      "A wait 5h",
      "M plant stepped @ A",
      "{A|M} uko continue @",
    ],
  },
  // What two people do, late, with a third person, or on a key that changes while one of them reads.
  {
    states: "active deactivated pre_activation",
    lines: [
      "A uko request @",
      "A wait {1s|1h|49h|8d}",
      "{A|B|B|B|P} uko approve @{| --store}{| ! an old date| ! a hold in the same second}",
      "A wait {1s|5h|49h|8d}",
      "{A|B|M|P} {uko continue @|uko approve @ --store|engine destroy}{| ! an old date}",
    ],
  },
  {
    states: "active deactivated pre_activation",
    lines: ["M uko request @", "B uko approve @{| --store} & M plant words @ M"],
  },
  // Holds, from one run to the next.
  {
    states: "active deactivated pre_activation",
    lines: ["C uko hold @", "C uko hold @ --release --reason closed", "A uko request @", "C uko hold @"],
  },
  {
    states: "active deactivated",
    lines: ["A uko request @", "C {uko hold @|engine {edit|tag|up|rotate}|uko sync @|uko withdraw @|uko reactivate @}"],
  },
  {
    states: "destroyed",
    lines: ["C {tool hold @|wait 1s}", "C wait 91d", "{A|C} {uko continue @ --yes|engine destroy}"],
  },
  {
    states: "destroyed",
    lines: [
      "C {wait 1s|wait 91d} ",
      "C {uko continue @|engine destroy} ! only {the metadata names a keystore|the stored status names a keystore|the material shows|the status is pending|a keystore is out of sync}",
    ],
  },
  // The window of KMS.
  { states: "active", lines: ["A uko request @", "M tool window @", "B uko approve @"] },
  // A program that asks for one person.
  {
    states: "active deactivated pre_activation",
    lines: [
      "C engine {loosen|gate|up}",
      "M plant {nothing|markers|marker|noise} @",
      "C {engine {loosen|gate|destroy}|uko request @}",
      "C wait {1s|5h}",
      "C engine {loosen|gate|destroy}",
      "C engine destroy",
    ],
  },
];

export function drawScheme(keys: readonly Key[], dice: Dice): readonly Step[] {
  const { states = "", lines } = dice.one(schemes);
  const fitting = keys.filter(({ state }) => states.split(" ").includes(state));
  if (fitting.length === 0) return [{ who: "alice", types: "wait 1h" }];
  const { label } = dice.one(fitting);
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
    ...(fault !== undefined && { fault: { kind: fault as FaultKind, call: 1 + dice.below(12) } }),
  };
}
