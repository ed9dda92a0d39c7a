/**
 * A world of 400 keys of varied age and description, among them wrong keys ("plants") at places that a seed draws. Before
 * the plan: a master key that got the name of its look-alikes, warnings in texts and a tag, and keys in use whose block a
 * rule lifts. After it: a new label, another tag, a second resource, and a request that names another person.
 */

import type { Seed } from "../../provider/emulator/store/seed.ts";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const plants = [
  "master",
  "warningEnglish",
  "warningGerman",
  "warningTag",
  "warningOfCampaign",
  "used",
  "usedByFile",
  "relabelled",
  "retagged",
  "secondResource",
  "forgedRecord",
] as const;
export type Plant = (typeof plants)[number];

const size = 400;
const dayMs = 24 * 60 * 60 * 1000;
const startMs = Date.parse(campaignSeed.clock.start);
const people = [
  "IBMid-550000CAROL",
  "IBMid-550000ALICE",
  "iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000001",
] as const;
const subjects = ["billing", "settlement", "archive", "reporting", "mobile", "branches"] as const;

export function plantedWorld(number: number) {
  const draw = drawFrom(number);
  const below = (most: number): number => Math.floor(draw() * most);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const timeOf = (daysAgo: number): string => new Date(startMs - daysAgo * dayMs).toISOString();
  // Keys of a family have one purpose: similar labels, one template, and ages within some months or years.
  const families = ["cards", "mail", "ledger", "batch", "gateway", "tokens"].map((name) => ({
    name,
    template: pick(["aws", "ring"]),
    youngest: 60 + below(400),
    spread: 30 + below(700),
    describe: pick([
      () => "",
      () => `Keys of ${name}`,
      () => `${pick(subjects)} of ${name}, run ${below(9_000)}`,
      () => pick(["", `See the page of ${pick(subjects)}`]),
    ]),
  }));
  const places = new Set<number>();
  while (places.size < plants.length) places.add(below(size));
  const placeOf = Object.fromEntries([...places].map((place, at) => [plants[at] ?? "", place])) as Readonly<
    Record<Plant, number>
  >;
  const idOf = (place: number): string => `9b2d0000-0000-4000-8000-${String(place + 1).padStart(12, "0")}`;
  const keys = Array.from({ length: size }, (_, place) => {
    const family = families[place % families.length] ?? pick(families);
    const age = family.youngest + below(family.spread);
    const isMaster = place === placeOf.master;
    const others = [family.template, family.template === "aws" ? "ring" : "aws", "master"];
    const template = isMaster ? pick(others) : family.template;
    const uses = place === placeOf.used || place === placeOf.secondResource;
    const description = {
      [placeOf.warningEnglish]: pick(["DO NOT DELETE", "do not delete before the audit of 2031", "Do not delete!"]),
      [placeOf.warningGerman]: pick(["Nicht löschen", "NICHT LÖSCHEN, Revision", "Bitte nicht löschen"]),
      [placeOf.warningOfCampaign]: pick(["Ważne, nie usuwać", "NIE USUWAĆ!", "削除禁止"]),
    }[place];
    return {
      id: idOf(place),
      label: `${family.name}-${String(place).padStart(4, "0")}`,
      description: description ?? family.describe(),
      tags: [
        ...(draw() < 0.5 ? [{ name: "team", value: pick(subjects) }] : []),
        ...(place === placeOf.warningTag ? [{ name: "do-not-delete", value: pick(["", "true", "yes"]) }] : []),
      ],
      vault: "payments",
      template,
      createdAt: timeOf(isMaster ? family.youngest + family.spread + 1_500 + below(2_000) : age),
      createdBy: pick(people),
      // The person who renamed the master key wrote to it last.
      updatedAt: timeOf(isMaster ? 1 + below(60) : 31 + below(family.youngest - 40)),
      updatedBy: pick(people),
      ...(uses && { resources: [{ crn: "crn:v1:bucket-1" }] }),
    };
  });
  const seed: Seed = {
    ...campaignSeed,
    templates: [
      ...campaignSeed.templates,
      { name: "master", vault: "payments", keystoreType: "ibm_cloud_kms", group: "ring" },
    ],
    keys,
    kmsKeys: [],
  };
  const named = Object.fromEntries(
    plants.map((plant) => [plant, { id: idOf(placeOf[plant]), label: keys[placeOf[plant]]?.label ?? "" }]),
  ) as Readonly<Record<Plant, { readonly id: string; readonly label: string }>>;
  const used = (["used", "secondResource", "usedByFile"] as const).map((plant) => named[plant].id);
  const campaignFile = [
    "format: uko-campaign-1",
    "name: eol",
    `instance: ${campaignSeed.instance.id}`,
    "deadline: 2027-03-20",
    `scope: {vaults: [${vaultIds.payments}], kmsKeys: false}`,
    'warningWords: ["nie usuwać", 削除禁止]',
    "waves:",
    "  - {name: main, soak: 5d}",
    "rules:",
    `  - {match: {id: [${used.join(", ")}]}, class: destroy, wave: main, owner: platform, reason: Moved, override: no longer needed}`,
    "  - {match: {}, class: destroy, wave: main, owner: platform, reason: Moved}",
    "",
  ].join("\n");
  const usageFile = `key,lastUsed,count\n${named.usedByFile.id},2026-11-20,12\n`;
  return { seed, named, campaignFile, usageFile };
}
