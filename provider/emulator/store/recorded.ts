/**
 * Makes the emulator behave as a recorded service did. A recording of `uko probe` says which rows of fidelity.ts the
 * service refuted. If such a row names a switch with two values, the emulator takes the other value. The other refuted
 * rows are reported, because the emulator cannot know what the service does instead.
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
const probe = z.looseObject({ kind: z.literal("probe"), answers: z.string(), verdict: z.string() });

/** Throws if the text is not a recording. */
export function readRecorded(text: string): Recorded {
  const lines = text
    .split("\n")
    .filter((each) => each !== "")
    .map(parse);
  if (line.safeParse(lines[0]).data?.kind !== "recording") throw new Error("The file is not a recording of uko probe.");
  const refuted = new Set(
    lines.flatMap((each) => {
      const { data } = probe.safeParse(each);
      return data?.verdict === "refuted" ? [data.answers] : [];
    }),
  );
  const found = [...calls, ...unknowns].flatMap(([id, , , , , name]) => (refuted.has(id) ? [{ id, name }] : []));
  const flips = found.map(({ id, name }) => ({ id, name, value: otherValue(name) }));
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

/** The value of a switch that is not the default, if there is exactly one. */
function otherValue(name: keyof Switches | undefined): unknown {
  if (name === undefined) return undefined;
  const form = switchesSchema.shape[name].unwrap();
  const others = possible(form).filter((value) => value !== switchDefaults[name]);
  return others.length === 1 ? others[0] : undefined;
}

function possible(form: z.ZodType): readonly unknown[] {
  if (form instanceof z.ZodEnum) return form.options;
  if (form instanceof z.ZodBoolean) return [false, true];
  if (form instanceof z.ZodUnion)
    return form.options.flatMap((each) => (each instanceof z.ZodLiteral ? [...each.values] : []));
  return [];
}
