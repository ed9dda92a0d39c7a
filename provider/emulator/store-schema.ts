/** The form in which a world is kept, in files and snapshots, of whatever version. */

import * as z from "zod";

const entries = z.array(z.tuple([z.string(), z.unknown()]));
export const recordSchema = z.object({
  version: z.number().int().min(1),
  values: z.record(z.string(), z.unknown()),
  collections: z.record(z.string(), entries),
  audit: z.array(z.looseObject({ seq: z.number().int().min(1) })),
});

export type WorldRecord = z.output<typeof recordSchema>;
