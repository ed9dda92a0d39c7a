import { afterAll, describe, expect, it } from "vitest";
import { modelDepth } from "../../support/tier.ts";
import { realCore } from "./core.ts";
import { exploreEvidence } from "./evidence.ts";
import type { Explored } from "./explore.ts";
import { exploreFalseDates } from "./false-dates.ts";
import { createJudge, emptyTally, type Tally } from "./judge.ts";
import { casts, exploreLiveness, isLegal, livenessConfig } from "./liveness.ts";
import { command, type Model, nameable, rawMoves, runThrough, touchByHand, wait } from "./moves.ts";
import { explorePlanted, withoutTags } from "./planted.ts";
import { exploreSafety, safetyCasts, safetyConfig } from "./safety.ts";
import { exploreSameSecond } from "./same-second.ts";
import { hour } from "./service.ts";
import { type Config, freshWorld } from "./world.ts";

const { runs, calls, callsOfTwo, isEveryCast } = modelDepth;
/** A third run makes each family about 20 times as large, so only the casts of two people take it. */
const runsOfMany = Math.min(runs, 2);
const timeoutMs = isEveryCast ? 7_200_000 : 600_000;
const gates = ["both", "destroy"] as const;
const switches = { backingKeySees: "caller", keepsTags: true } as const;
const total = { states: 0, moves: 0 };

function count(family: string, explored: readonly Explored[], tally: Tally): void {
  const states = explored.reduce((sum, each) => sum + each.states, 0);
  const moves = explored.reduce((sum, each) => sum + each.moves, 0);
  total.states += states;
  total.moves += moves;
  const met = Object.entries(tally)
    .filter(([, times]) => times > 0)
    .map(([what, times]) => `${what} ${times}`);
  console.log(`model: ${family}: ${states} states, ${moves} moves; ${met.join(", ")}`);
}

afterAll(() => {
  console.log(`model: ${total.states} states, ${total.moves} moves explored in all, depth "${modelDepth.name}"`);
});

interface Family {
  readonly title: string;
  readonly casts: readonly string[];
  readonly backingKeys: readonly Config["backingKey"][];
  readonly gates: readonly Config["gate"][];
  /** The key's marker at the start; if absent, the marker that the program requests. */
  readonly markers?: readonly Config["marker"][];
  readonly grain: "coarse" | "fine";
  readonly depth: number;
  readonly switches: Config["switches"];
}

const everyCast = Object.keys(safetyCasts).filter((cast) => cast !== withoutTags);
const [twoOfAll = "", , administers = "", threeWithAll = ""] = everyCast;
const families: readonly Family[] = [
  {
    title: "whole runs, two people",
    casts: everyCast.slice(0, 3),
    backingKeys: ["none", "dual"],
    gates,
    grain: "coarse",
    depth: runs,
    switches,
  },
  {
    title: "whole runs, three people",
    casts: everyCast.slice(3),
    backingKeys: isEveryCast ? ["none", "dual"] : ["dual"],
    gates: isEveryCast ? gates : ["both"],
    grain: "coarse",
    depth: runsOfMany,
    switches,
  },
  {
    title: "a backing key without dual authorization",
    casts: [twoOfAll],
    backingKeys: ["plain"],
    gates,
    grain: "coarse",
    depth: runsOfMany,
    switches,
  },
  {
    title: "a program for one person, keys that say so and keys that do not",
    casts: isEveryCast ? [twoOfAll, threeWithAll] : [twoOfAll],
    backingKeys: isEveryCast ? ["none", "dual"] : ["none"],
    gates: ["single", "destroy"],
    markers: ["none", "both", "single"],
    grain: "coarse",
    depth: runsOfMany,
    switches,
  },
  {
    title: "the same, in the description",
    casts: [twoOfAll],
    backingKeys: ["none"],
    gates: ["single"],
    markers: ["none", "both", "single"],
    grain: "coarse",
    depth: runsOfMany,
    switches: { backingKeySees: "service", keepsTags: false },
  },
  {
    title: "records in the description, KMS sees the service",
    casts: isEveryCast ? [twoOfAll, threeWithAll] : [twoOfAll],
    backingKeys: ["none", "dual"],
    gates,
    grain: "coarse",
    depth: runsOfMany,
    switches: { backingKeySees: "service", keepsTags: false },
  },
  {
    title: "call by call",
    casts: [twoOfAll],
    backingKeys: isEveryCast ? ["none", "dual"] : ["none"],
    gates: isEveryCast ? gates : ["both"],
    grain: "fine",
    depth: calls,
    switches,
  },
];

describe("safety: the tool takes no step without two people, whatever rights and tags one of them has", () => {
  it.each(families.map((family) => [`${family.title}, to depth ${family.depth}`, family] as const))(
    "%s",
    (_title, family) => {
      const tally = emptyTally();
      const explored = family.casts.flatMap((cast) =>
        family.gates.flatMap((gate) =>
          (family.markers ?? [gate]).flatMap((marker) =>
            family.backingKeys.map((backingKey) =>
              exploreSafety(
                realCore,
                safetyConfig(cast, gate, backingKey, family.switches, marker),
                family.grain,
                family.depth,
                tally,
              ),
            ),
          ),
        ),
      );
      count(`${family.title}, depth ${family.depth}`, explored, tally);
      expect(tally.steps).toBeGreaterThan(0);
      // A description has no room for an approval. Carol's runs have no API key, so she confirms by hand.
      if (family.switches.keepsTags && family.grain === "coarse") expect(tally.stored).toBeGreaterThan(0);
      if (family.casts.includes(threeWithAll))
        expect(tally.confirmed).toBeGreaterThan(family.switches.keepsTags ? 0 : -1);
    },
    timeoutMs,
  );

  it.runIf(runs > 1)(
    "meets each residual that the product lists, and classifies it correctly, one move deeper",
    () => {
      const tally = emptyTally();
      const explored = [exploreSafety(realCore, safetyConfig(twoOfAll, "both", "dual"), "coarse", 3, tally)];
      count("residuals, depth 3", explored, tally);
      for (const residual of ["ownRecordRevived", "markerForged", "setterForged"] as const) {
        expect(tally[residual], residual).toBeGreaterThan(0);
      }
    },
    timeoutMs,
  );
});

it.each([
  ["the used request is still on the key", false],
  ["a hold left a note", true],
])(
  "meets the residual of a guessed setter: another tool deactivated in a foreign window, another person wrote last, and %s",
  (_, holds) => {
    const tally = emptyTally();
    const config = safetyConfig(twoOfAll, "both", "dual");
    const model: Model = { core: realCore, config, judge: createJudge(tally) };
    const { mallory } = config;
    const [alice = mallory] = config.honest;
    let world = wait(runThrough(model, freshWorld(config, "active"), command("destroy", alice)).to, 15).to;
    for (const kind of ["set", "deactivate"]) {
      const move = rawMoves(model, world, mallory).find(({ label }) => label.endsWith(`: ${kind}`));
      world = move?.to ?? world;
    }
    for (const move of touchByHand(model, world, alice)) world = move.to;
    if (holds) world = runThrough(model, wait(world, 15).to, command("hold", mallory)).to;
    if (holds) world = runThrough(model, wait(world, 15).to, command("release", mallory)).to;
    world = runThrough(model, world, command("request", alice)).to;
    world = wait(world, 5 * hour).to;
    world = runThrough(model, world, command("approve", mallory, nameable(world).current)).to;
    // The tool takes the setter for the second person, and KMS itself refuses.
    expect([world.key?.state, tally.setterGuessed]).toEqual(["deactivated", 1]);
  },
);

describe("planted records: no write of uko makes a text count that the write did not bring", () => {
  const inTags = { backingKeySees: "caller", keepsTags: true } as const;
  const inDescription = { backingKeySees: "service", keepsTags: false } as const;
  const planted: readonly (readonly [cast: string, gate: Config["gate"], switches: Config["switches"]])[] = [
    [twoOfAll, "both", inTags],
    [twoOfAll, "destroy", inTags],
    [twoOfAll, "single", inTags],
    [twoOfAll, "both", inDescription],
    [administers, "both", inTags],
    [withoutTags, "both", inTags],
  ];

  it.each(planted)(
    "%s, gate %s, %j: whole runs",
    (cast, gate, where) => {
      const tally = emptyTally();
      const config = safetyConfig(cast, gate, isEveryCast ? "dual" : "none", where);
      count(`planted, ${config.title}`, [explorePlanted(realCore, config, "coarse", 1 + runs, tally)], tally);
      // The documented limit, which the model has to meet: the victim used another tool within 2 s of the planted time.
      if (cast !== withoutTags) expect(tally.forgedByAnotherTool).toBeGreaterThan(0);
      // The other documented limit: a request that was taken off counts again by an approval, until its time is over.
      if (gate !== "single" && where.keepsTags && cast !== withoutTags) {
        expect(tally.requestRevived).toBeGreaterThan(0);
      }
    },
    timeoutMs,
  );

  it.runIf(runs > 1).each(planted)(
    "%s, gate %s, %j: call by call",
    (cast, gate, where) => {
      const tally = emptyTally();
      const config = safetyConfig(cast, gate, "none", where);
      count(`planted, call by call, ${config.title}`, [explorePlanted(realCore, config, "fine", calls, tally)], tally);
    },
    timeoutMs,
  );
});

describe("signed consents: whatever other tools carry along, no key is destroyed that both people did not sign for", () => {
  const inTags = { backingKeySees: "caller", keepsTags: true } as const;
  it.each([
    [twoOfAll, "both"],
    [twoOfAll, "single"],
    [administers, "both"],
    [withoutTags, "both"],
  ] as const)(
    "%s, gate %s",
    (cast, gate) => {
      const tally = emptyTally();
      const config = { ...safetyConfig(cast, gate, "none", inTags), isSigned: true } as const;
      count(`signed, ${config.title}`, [explorePlanted(realCore, config, "coarse", 1 + runs, tally)], tally);
      expect(tally.steps, "two people who sign destroy and deactivate as before").toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

describe("evidence: the tool removes no metadata of a living key while any response of the service shows a trace of it", () => {
  it.each(["none", "plain", "dual"] as const)(
    "every omission, backing key %s",
    (backingKey) => {
      const tally = emptyTally();
      const explored = exploreEvidence(realCore, safetyConfig(twoOfAll, "both", backingKey), runs, tally);
      count(`evidence, backing key ${backingKey}`, [explored], tally);
      expect(explored.refusedInVain).toBe(0);
      // No tool can find what no response names; the model has to meet that case to judge it.
      expect(tally.removedUnseen).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

describe("time: no write is lost to another write of the same second, and no write depends on a contradicted Date", () => {
  it(
    "two runs at once, and a colleague's tags, on a key that was written this second",
    () => {
      const tally = emptyTally();
      const explored = exploreSameSecond(realCore, safetyConfig(twoOfAll, "both", "none"), callsOfTwo, tally);
      count(`one second, depth ${callsOfTwo}`, [explored], tally);
      expect(tally.steps).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  it.each(gates)(
    "a Date 5 days or 30 s behind or ahead, from the first response to a run or from the second, gate %s",
    (gate) => {
      const tally = emptyTally();
      const explored = exploreFalseDates(realCore, safetyConfig(twoOfAll, gate, "none"), runs + 1, tally);
      count(`false dates, gate ${gate}, depth ${runs + 1}`, [explored], tally);
      expect(tally.steps).toBeGreaterThan(0);
      // A Date that is ahead makes requests expire early. The model has to meet the case to judge it.
      expect(tally.expiredEarly).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

/** Two and three people with realistic splits of roles; the last column of each row names what such a cast lacks. */
type Told = readonly [
  cast: readonly string[],
  gate: Config["gate"],
  backingKey: Config["backingKey"],
  lacks: string | undefined,
];
/** The slowest casts, which the shallow depth leaves out. */
const slow: readonly Told[] = [
  [["deployer", "administrator"], "destroy", "none", undefined],
  [["deployer", "creator"], "both", "none", "hs-crypto.managed-keys.deactivated-destroy"],
  [["deployer", "administrator and creator"], "destroy", "dual", undefined],
  [["deployer", "administrator and creator"], "both", "dual", undefined],
  [["deployer without KMS", "everything"], "both", "none", undefined],
  [["deployer", "creator", "administrator"], "both", "none", undefined],
];
const told: readonly Told[] = [
  ...(modelDepth.name === "shallow" ? [] : slow),
  [["deployer", "administrator and creator"], "both", "none", undefined],
  [["deployer", "administrator"], "destroy", "dual", undefined],
  [["deployer", "administrator"], "both", "none", "denied write_record"],
  [["creator", "administrator and creator"], "both", "none", "hs-crypto.managed-keys.active-deactivate"],
  [["deployer without KMS", "administrator and creator"], "both", "dual", "denied set_for_deletion"],
  [["deployer without KMS", "administrator"], "destroy", "dual", "denied set_for_deletion"],
];

describe("liveness: a valid cast always reaches removed; any other cast gets a report of what it lacks", () => {
  it.each(told)(
    "%j, gate %s, backing key %s",
    (cast, gate, backingKey, lacks) => {
      const config = livenessConfig(cast, gate, backingKey);
      const tally = emptyTally();
      const live = exploreLiveness(realCore, config, tally);
      count(`liveness, ${config.title}`, [live], tally);
      expect(isLegal(config)).toBe(lacks === undefined);
      expect(live).toMatchObject({ isComplete: true, wordless: 0 });
      expect(live.stuck).toBe(lacks === undefined ? 0 : live.states);
      if (lacks !== undefined) expect([...live.told]).toContain(lacks);
    },
    timeoutMs,
  );

  it.runIf(isEveryCast)(
    "every cast of two, and of three without KMS",
    () => {
      const tally = emptyTally();
      const configs = [
        ...casts(2).flatMap((cast) =>
          gates.flatMap((gate) =>
            (["none", "plain", "dual"] as const).map((backingKey) => livenessConfig(cast, gate, backingKey)),
          ),
        ),
        ...casts(3).map((cast) => livenessConfig(cast, "both", "none")),
      ];
      const explored = configs.map((config) => {
        const live = exploreLiveness(realCore, config, tally);
        const isReached = live.stuck === 0;
        expect({ of: config.title, isReached, wordless: live.wordless }).toEqual({
          of: config.title,
          isReached: isLegal(config),
          wordless: 0,
        });
        return live;
      });
      count("liveness, every cast", explored, tally);
    },
    timeoutMs,
  );
});
