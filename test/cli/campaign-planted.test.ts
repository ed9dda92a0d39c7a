/** Five wrong keys among 400, drawn by seed: the printed review names each of them with its cause, and no other key. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { startCliWorld } from "./harness.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const size = 400;
const plants = ["strangeLabel", "warning", "added", "used", "changed"] as const;
const families = ["cards", "mail", "ledger", "archive", "batch", "gateway"] as const;
const harmless = ["", "Household insurance", "For the batch job", "Moved in 2024", "See the wiki of the team"] as const;
const strangers = ["hr-root-of-trust", "board-signing", "tls-ca-master"] as const;
const warnings = ["DO NOT DELETE", "Legal: keep until 2031", "never delete, see the audit"] as const;

function worldOf(seed: number) {
  const draw = drawFrom(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[Math.floor(draw() * items.length)] ?? items[0];
  const places = new Set<number>();
  while (places.size < plants.length) places.add(Math.floor(draw() * size));
  const at = Object.fromEntries([...places].map((place, index) => [plants[index] ?? "", place])) as Readonly<
    Record<(typeof plants)[number], number>
  >;
  const idOf = (place: number): string => `9b2d0000-0000-4000-8000-${String(place + 1).padStart(12, "0")}`;
  const keys = Array.from({ length: size }, (_, place) => ({
    id: idOf(place),
    label: place === at.strangeLabel ? pick(strangers) : `${pick(families)}-${String(place).padStart(4, "0")}`,
    description: place === at.warning ? pick(warnings) : pick(harmless),
    vault: "payments",
    template: place % 3 === 0 ? "aws" : "ring",
    createdAt: "2025-01-15T08:00:00Z",
    createdBy: "IBMid-550000CAROL",
    ...(place === at.used && { resources: [{ crn: "crn:v1:bucket-1" }] }),
  }));
  const labelAt = (place: number): string => keys[place]?.label ?? "";
  return { seed: { ...campaignSeed, keys, kmsKeys: [] } satisfies Seed, at, idOf, labelAt };
}

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
scope: {vaults: [${vaultIds.payments}], kmsKeys: false}
waves:
  - {name: main, soak: 5d}
rules:
  - {match: {id: [USED]}, class: destroy, wave: main, owner: platform, reason: Moved, override: no longer needed}
  - {match: {}, class: destroy, wave: main, owner: platform, reason: Moved}
`;

it.each([1, 20, 300])(
  "names the five wrong keys of world %i in the review, and no other key",
  async (number) => {
    const { seed, at, idOf, labelAt } = worldOf(number);
    const world = await startCliWorld({ seed });
    const folder = mkdtempSync(path.join(tmpdir(), "uko-planted-"));
    try {
      // The rule states why the key in use may be deactivated, so that only the reviewer can stop it.
      const used = idOf(at.used).split("/").at(-1) ?? "";
      writeFileSync(path.join(folder, "campaign.yaml"), campaignFile.replace("USED", used));
      const planned = await world.uko("bob", `campaign plan --write --yes --folder ${folder}`);
      expect(planned.exitCode, planned.err).toBe(0);
      await world.control(`keys/${idOf(at.added)}`, { addResource: { crn: "crn:v1:bucket-2" } });
      await world.uko("bob", `campaign next --yes --folder ${folder}`);
      await world.control(`keys/${idOf(at.changed)}`, { record: { description: "Moved to the team in Berlin" } });
      await world.advance("1m");
      const { out } = await world.type("alice", `campaign next --folder ${folder}`, ["no"]);

      const last = out.slice(out.indexOf("\n\nCheck before you approve\n"));
      const named = last.split("\n").filter((line) => /^ {2,4}(?:1 |2 |[a-z-]*-)/.test(line));
      const causes = [
        [[at.strangeLabel], /with a label unlike the others: /],
        [[at.warning], /with a warning, in the description: .* \("(?:DO NOT|Legal|never)/],
        [[at.added], /1 newly used, by resources that the manifest does not count: .* \(1\)\.$/],
        [[at.added, at.used], /2 in use, by resources that UKO knows: .* \(by .*\)/],
        [[at.changed], /changed since the manifest: its description/],
      ] as const;
      for (const [places, cause] of causes) {
        const line = named.find((each) => cause.test(each)) ?? "";
        for (const place of places) expect(line).toContain(labelAt(place));
      }
      expect(named, last).toHaveLength(causes.length);
    } finally {
      rmSync(folder, { recursive: true });
      await world.close();
    }
  },
  120_000,
);
