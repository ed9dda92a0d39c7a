/**
 * A service that lies by omission: every subset of a destroyed key's keystores in each of its responses,
 * restored material, a backing key that KMS does not return. Whole runs; the lies do not depend on who runs when.
 */

import type { Core } from "./core.ts";
import { type Explored, explore } from "./explore.ts";
import { createJudge, type Tally } from "./judge.ts";
import { command, type Model, type Move, nameable, runThrough, wait } from "./moves.ts";
import { type SafetyConfig, stages } from "./safety.ts";
import { type Answers, day, type Keystore } from "./service.ts";
import { type Config, copyOf, freshWorld, type World } from "./world.ts";

const keystores = ["ks-1", "ks-2"] as const satisfies readonly Keystore[];
const subsets: readonly (readonly Keystore[])[] = [[], ["ks-1"], ["ks-2"], keystores];

const truth: Answers = {
  metadata: keystores,
  stored: keystores,
  live: keystores,
  material: "told",
  backingKey: "told",
};

function* everyResponse(): Generator<Answers> {
  for (const metadata of subsets)
    for (const stored of subsets)
      for (const live of subsets)
        for (const material of ["told", "untold"] as const)
          for (const backingKey of ["told", "untold", "not_known"] as const)
            yield { metadata, stored, live, material, backingKey };
}

/** The material of a destroyed key: still pending, or gone except in keystores whose provider restored it. */
type Fate = "pending" | readonly Keystore[];
const fates: readonly Fate[] = ["pending", ...subsets];

function destroyed(config: Config, fate: Fate, responses: Answers): World {
  const world = freshWorld(config, "active");
  const { key, backingKey, now } = world;
  if (key === undefined) throw new Error("a fresh world has a key");
  const restored = fate === "pending" ? [] : fate;
  const materialUntil = fate === "pending" ? now + 10 * day : now - 10 * day;
  return {
    ...world,
    key: {
      ...{ ...key, state: "destroyed", updatedAt: now - 40 * day, materialUntil, keystores },
      ...(restored.length > 0 && { restored }),
    },
    ...(backingKey !== undefined && {
      backingKey: { ...backingKey, state: restored.includes("ks-1") ? "active" : "destroyed" },
    }),
    responses,
  };
}

/** Runs by people who may remove keys, restores of material at the provider, and a month that passes. */
function* movesOf(model: Model & { readonly config: SafetyConfig }, world: World): Generator<Move> {
  const { mallory, honest } = model.config;
  const { current } = nameable(world);
  for (const who of [...honest, mallory]) {
    yield runThrough(model, world, command("destroy", who));
    yield current.length > 0
      ? runThrough(model, world, command("approve", who, current))
      : runThrough(model, world, command("continue", who));
  }
  if (world.key?.state !== "destroyed") return;
  yield wait(world, 31 * day);
  for (const restored of subsets.slice(1)) {
    const to = copyOf(world);
    if (to.key !== undefined) to.key.restored = restored;
    if (to.backingKey !== undefined && restored.includes("ks-1")) to.backingKey.state = "active";
    yield { label: `material is back in ${restored.join(" and ")}`, to };
  }
}

/** Whether no response contradicts that the key is gone, by the truth and the responses alone. */
function isPlainlyGone({ key, now, responses = truth }: World): boolean {
  const everNamed = [...responses.metadata, ...responses.stored];
  const isOver = key?.restored === undefined && now >= (key?.materialUntil ?? 0);
  return isOver && everNamed.every((keystore) => responses.live.includes(keystore));
}

export interface Evidence extends Explored {
  /** Gone keys with consistent responses, which a run did not remove. */
  readonly refusedInVain: number;
}

export function exploreEvidence(core: Core, config: SafetyConfig, depth: number, tally: Tally): Evidence {
  const model = { core, config, judge: createJudge(tally) };
  const starts = [...everyResponse()].flatMap((responses) => fates.map((fate) => destroyed(config, fate, responses)));
  const ring = ["ks-1"] as const;
  const hidden: Answers = { metadata: ring, stored: ring, live: ring, material: "told", backingKey: "not_known" };
  const living = config.backingKey === "none" ? [] : stages(core, config, tally);
  const unknownToKms = living.map((world): World => ({ ...world, responses: hidden }));
  let refusedInVain = 0;
  const explored = explore(
    model,
    [...starts, ...unknownToKms],
    (world) => movesOf(model, world),
    depth,
    (_index, { world, says }) => {
      if (world.key?.state !== "destroyed" || !isPlainlyGone(world)) return;
      const [first] = says as readonly { readonly plan: unknown }[];
      if (first?.plan !== undefined) refusedInVain += 1;
    },
  );
  return { ...explored, refusedInVain };
}
