/**
 * Writes the sentences about holds. Names in a tag are the words of its last writer, so a sentence says "said to be set
 * by".
 */

import { holdsIn } from "../../../lifecycle/consent/hold.ts";
import { holdGuard } from "../../../lifecycle/key/guards.ts";
import type { Plan } from "../../../lifecycle/key/plan.ts";
import type { KeyHold, ReleasedHold } from "../../../lifecycle/vocabulary/observation.ts";
import { holdTagName } from "../../../lifecycle/vocabulary/tag-names.ts";
import { withoutPeriod } from "../../../text/printable.ts";
import { shellWord } from "../../text/explanation.ts";
import type { Saying } from "../../text/refusal.ts";
import { plain, sayTime } from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";

/** A hold as a clause: `legal, ticket L_7, said to be set by IBMid_5 on 2026-12-01 (UTC), until 2027-03-20 (UTC)`. */
export function sayHold({ kind, text, until, ticket, setBy, since }: KeyHold): string {
  if (kind === "other") return `"${plain(text, 100)}", a text that uko did not write`;
  const set = [
    ...(setBy === undefined ? [] : [`by ${plain(setBy, 100)}`]),
    ...(since === undefined ? [] : [`on ${since} (UTC)`]),
  ];
  return [
    kind,
    ...(ticket === undefined ? [] : [`ticket ${plain(ticket, 60)}`]),
    ...(set.length === 0 ? [] : [`said to be set ${set.join(" ")}`]),
    until === undefined ? "without an end" : `until ${until} (UTC)`,
  ].join(", ");
}

/** The most holds that one sentence names. */
const maxNamed = 3;

/** All holds in force, as one clause. The legal ones come first. */
export function sayHolds(holds: readonly KeyHold[]): string {
  const more = holds.length > maxNamed ? [`and ${holds.length - maxNamed} more`] : [];
  return [...legalFirst(holds).slice(0, maxNamed).map(sayHold), ...more].join("; ");
}

function legalFirst(holds: readonly KeyHold[]): readonly KeyHold[] {
  return [...holds.filter(({ kind }) => kind === "legal"), ...holds.filter(({ kind }) => kind !== "legal")];
}

/** The holds that people released, for the two people who request and approve a deletion after that. */
export function sayReleasedHolds(released: readonly ReleasedHold[] = []): readonly string[] {
  return released.map(({ hold, releasedBy, atMs, reason }) => {
    const holds = sayHolds(holdsIn([{ name: holdTagName, value: hold }]));
    return `The key was held (${holds}). ${plain(releasedBy, 100)} released the hold on ${sayTime(atMs)}: "${withoutPeriod(plain(reason, 500))}".`;
  });
}

/** The refusal of a step on a key that is held. */
export function sayHeld(holds: readonly KeyHold[], key: string, name: string): Saying {
  return {
    summary: `${key} is held: ${sayHolds(holds)}`,
    facts: ["While a key is held, no run of uko requests, approves, deactivates or destroys it."],
    next: [
      {
        who: `to release ${holds.length > 1 ? "each" : "the"} hold, with a reason that stays on the key, run`,
        commands: releaseCommands(name, holds).slice(0, maxNamed),
      },
    ],
  };
}

/** The plan as people read it: a hold stands in the first line, also while the key waits for something else. */
export function holdFirst(plan: Plan, { observation, nowMs }: Pick<KeyDetails, "observation" | "nowMs">): Plan {
  const guard = holdGuard(observation, nowMs);
  return guard === undefined ? plan : { kind: "refused", guard };
}

/** The command that releases this hold, by default the first one that `sayHolds` names. */
export function releaseCommand(name: string, holds: readonly KeyHold[], hold = legalFirst(holds).at(0)): string {
  return hold === undefined ? `uko hold ${name} --release --reason REASON` : commandFor(name, holds, hold);
}

/** One command for each hold. */
function releaseCommands(name: string, holds: readonly KeyHold[]): readonly string[] {
  return [...new Set(legalFirst(holds).map((hold) => commandFor(name, holds, hold)))];
}

/** Where a key has several holds, the command says which one it ends, because uko never guesses. */
function commandFor(name: string, holds: readonly KeyHold[], { kind, ticket = "" }: KeyHold): string {
  const isAmongSome = holds.some((other) => other.kind !== kind || (other.ticket ?? "") !== ticket);
  const isTicketNeeded = holds.some((other) => other.kind === kind && (other.ticket ?? "") !== ticket);
  const which = `${isAmongSome ? ` --kind ${kind}` : ""}${isTicketNeeded ? ` --ticket ${shellWord(ticket)}` : ""}`;
  return `uko hold ${name} --release${which} --reason REASON`;
}
