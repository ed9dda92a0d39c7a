/**
 * Makes the emulator behave as a recorded service did. If a refuted row of fidelity.ts names a switch, the switch takes
 * the value that the recording shows, or the other one of two values. The other refuted rows are reported, because the
 * emulator cannot know what the service does instead.
 */

import * as z from "zod";
import { calls, unknowns } from "./fidelity.ts";
import { type SwitchChoices, type Switches, switchChoices, switchDefaults, switchesSchema } from "./switches.ts";

export interface Recorded {
  readonly switches: SwitchChoices;
  /** One sentence for each refuted row. */
  readonly says: readonly string[];
}

const line = z.looseObject({ kind: z.enum(["recording", "probe"]).catch("probe") });
const probe = z.looseObject({
  kind: z.literal("probe"),
  id: z.string().optional(),
  answers: z.string(),
  verdict: z.string(),
  seen: z.unknown().optional(),
});

/** Throws if the text is not a recording. */
export function readRecorded(text: string): Recorded {
  const lines = text
    .split("\n")
    .filter((each) => each !== "")
    .map(parse);
  if (line.safeParse(lines[0]).data?.kind !== "recording") throw new Error("The file is not a recording of uko.");
  const found = lines.flatMap((each) => probe.safeParse(each).data ?? []);
  // A recording that grows repeats a row when more is known; then the last line counts.
  const last = new Map(found.map((each, at) => [each.id ?? at, each]));
  const refuted = new Map(
    [...last.values()].flatMap((each) => (each.verdict === "refuted" ? [[each.answers, each.seen] as const] : [])),
  );
  const rows = [...calls, ...unknowns].flatMap(([id, , , , , name]) => (refuted.has(id) ? [{ id, name }] : []));
  const flips = rows.map(({ id, name }) => ({ id, name, value: shownValue(name, refuted.get(id)) }));
  return {
    switches: switchChoices.parse(
      Object.fromEntries(flips.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    ),
    says: flips.map(({ id, name, value }) => {
      if (value !== undefined) return `${id}: ${name} is ${value}`;
      return name === undefined ? `${id}: not emulated` : `${id}: set the switch ${name} to what the recording shows`;
    }),
  };
}

/** A recording may end in a line that was cut off. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value that the recording shows, or the one that is not the default, if there is exactly one. */
function shownValue(name: keyof Switches | undefined, seen: unknown): unknown {
  if (name === undefined) return undefined;
  const others = possible(switchesSchema.shape[name].unwrap()).filter((value) => value !== switchDefaults[name]);
  if (others.includes(seen)) return seen;
  return seen === undefined && others.length === 1 ? others[0] : undefined;
}

function possible(form: z.ZodType): readonly unknown[] {
  if (form instanceof z.ZodEnum) return form.options;
  if (form instanceof z.ZodBoolean) return [false, true];
  if (form instanceof z.ZodUnion)
    return form.options.flatMap((each) => (each instanceof z.ZodLiteral ? [...each.values] : []));
  return [];
}
