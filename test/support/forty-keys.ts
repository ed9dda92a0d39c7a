/**
 * Forty keys of which six are not like the others, as a person who approves them meets them at a terminal, in the
 * console and in a campaign.
 */

import { expect } from "vitest";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import { type CliTestWorld, seed, startTime, vaultId } from "../cli/harness.ts";
import { withOtherTool } from "./other-tool.ts";

const idOf = (at: number): string => `9b2d0000-0000-4000-8000-00000000${String(1000 + at)}`;
const pathOf = (at: number): string => `${vaultId}/${idOf(at)}`;
const like = { ...seed.keys?.[4], resources: [] };
const database = { crn: "crn:v1:db", name: "orders-db", serviceName: "databases-for-postgresql" };
const odd: Readonly<Record<number, object>> = {
  3: { label: "production" },
  7: { resources: [database] },
  11: { description: "Nicht löschen" },
  15: { createdAt: new Date(Date.parse(startTime) - 24 * 60 * 60 * 1000).toISOString() },
};

export const fortySeed = {
  ...seed,
  keys: Array.from({ length: 40 }, (_, at) => ({ ...like, id: idOf(at), label: `app-${at}`, ...odd[at] })),
} as unknown as Seed;

export const everyPath = Array.from({ length: 40 }, (_, at) => pathOf(at)).join(" ");
export const inUse = idOf(7);

/** Another person gives the production key the name of a test key, after Alice's machine knew it. */
export async function rename(world: CliTestWorld): Promise<void> {
  await world.uko("alice", `request ${pathOf(3)}`);
  await world.uko("alice", `withdraw ${pathOf(3)}`);
  await world.advance("1h");
  await withOtherTool(world, "carol", pathOf(3), { method: "PATCH", body: { label: "app-3" } });
}

/** After the requests, another person holds one key and changes a tag of another. */
export async function holdAndEdit(world: CliTestWorld): Promise<void> {
  await world.advance("1m");
  const tags = (name: string, value: string) => ({ method: "PATCH", tag: { name, value } });
  expect(await withOtherTool(world, "carol", pathOf(19), tags("hold", "legal ticket L_7"))).toBe(200);
  expect(await withOtherTool(world, "carol", pathOf(23), tags("team", "other"))).toBe(200);
  await world.advance("1m");
}

/** The lines that name the four keys which can be approved. */
export const classLines = [
  '1 renamed, known here under another label: app-3 (was "production").',
  '1 in use, by resources that UKO knows: app-7 (by "orders-db" (databases-for-postgresql)).',
  '1 with a warning, in the description or a tag: app-11 ("Nicht löschen").',
  "1 recent, created in the last 30 days: app-15.",
];
