/**
 * The retirement of a whole emulated instance by four people who run `uko` as separate processes: with faults in one
 * percent of the answers, with kills at random moments, and with the oracle as the judge. Frank leads, Alice and Bob
 * request and approve, and Carol holds one key for a while. A benchmark and a test share it.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { type GeneratedSize, generateSeed } from "../../provider/emulator/store/generate.ts";
import { apiKeys, executable, type Person } from "../cli/harness.ts";
import { answerTo } from "../support/answers.ts";
import { endsManagedKey } from "../support/calls.ts";
import { childEnv } from "../support/child-env.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { judge, type TrailEntry, type Violation } from "../support/oracle.ts";

export interface Retirement extends GeneratedSize {
  readonly kills: number;
  /** The same number leads to the same moments of the kills. */
  readonly randomSeed: number;
  /** Days after the destruction on which the removals run, in order. */
  readonly removalDays: readonly number[];
  /** An empty folder. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

export interface Figures {
  readonly violations: readonly Violation[];
  readonly kills: number;
  /** Of one client process. */
  readonly peakMegabytes: number;
  /** What people typed: commands that changed a key, and those that only read. A driver asks again where a person stops. */
  readonly commands: { readonly changing: number; readonly reading: number };
  /** The lines that people could read. */
  readonly lines: number;
  /** Of all client processes together. The time of the keystores is virtual. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Keys whose metadata is removed, of those that can be deleted, and KMS keys that are destroyed. */
  readonly removed: number;
  readonly kmsDestroyed: number;
  /** Steps that a key took more than once. */
  readonly twice: readonly string[];
  /** Steps on keys that must not be deleted, and on the key that Carol holds while she holds it. */
  readonly onBlocked: readonly string[];
  /** The outcomes of the last status, each with its number of keys. */
  readonly ends: Readonly<Record<string, number>>;
  /** Calls for each key of a command that acts, with those of its killed runs. */
  readonly callsPerKey: Readonly<Record<string, number>>;
}

interface Ended {
  readonly exitCode: number | undefined;
  readonly out: string;
  readonly err: string;
}

interface KeyResult {
  readonly key: string;
  readonly label: string;
  readonly outcome: string;
  readonly says: string;
}

interface Acted {
  readonly keys?: readonly KeyResult[] | number;
  readonly unstarted?: number;
}

/** Operations that write a request, take a step, or open the deletion window of a KMS key. */
const effects = [
  "updateManagedKey",
  "deleteManagedKey",
  "deactivateManagedKey",
  "destroyManagedKey",
  "deleteKmsKey",
  "setKeyForDeletion",
] as const;
const maxRepeats = 12;

const rules = `format: uko-campaign-1
name: retirement
instance: ${demoInstanceId}
deadline: 2027-03-20
waves:
  - {name: all, soak: 4h, maxFailures: 100}
  - {name: roots, soak: 4h, maxFailures: 100}
rules:
  - {match: {kind: kms}, class: destroy, wave: roots, owner: platform, reason: Measured}
  - {match: {}, class: destroy, wave: all, owner: platform, reason: Measured}
`;

export async function retireInstance(size: Retirement): Promise<Figures> {
  const emulator = await startEmulator({
    seed: { ...generateSeed(size), clock: { start: "2026-10-01T09:00:00Z", frozen: true } },
  });
  const run = createRun(emulator, size);
  try {
    await writeFile(path.join(size.folder, "campaign.yaml"), rules);
    await run.command("frank", "plan --write --yes");
    addFaults(emulator);
    await run.acting("alice", "next --wave roots");
    await run.acting("bob", "next --wave roots");
    await run.untilDone("bob", "alice", "next --wave all --step deactivate");
    emulator.world.clock.advance(5 * hourMs);
    for (let round = 0; round < maxRounds; round += 1) {
      const { keys = [] } = await run.acting("alice", "next --wave all --step destroy --yes");
      const listed = typeof keys === "number" ? [] : keys;
      const stuck = listed.filter(isOfUnknownSetter);
      if (stuck.length === 0 && !listed.some(isSoaking)) break;
      if (stuck.length > 0) {
        for (const { key } of stuck) await run.acting("alice", `rollback ${key}`);
        await run.untilDone("bob", "alice", "next --wave all --step deactivate");
      }
      emulator.world.clock.advance(5 * hourMs);
    }
    await run.hold("carol");
    // Managed keys and keys that were never active have a review each.
    await run.untilDone("alice", "bob", "next --wave all --step destroy");
    for (const [index, day] of size.removalDays.entries()) {
      emulator.world.clock.advance((day - (size.removalDays[index - 1] ?? 0)) * 24 * hourMs);
      await run.acting("bob", "next --wave all --yes");
      if (index > 0) continue;
      await run.release("carol");
      // The release is the last write, which says no more when the key was deactivated: it soaks again.
      emulator.world.clock.advance(5 * hourMs);
      await run.untilDone("alice", "bob", "next --wave all --step destroy");
    }
    const { keys = [] } = await run.command("frank", "status");
    return run.figures(endsOf(keys));
  } finally {
    await emulator.close();
  }
}

const hourMs = 3_600_000;
const maxRounds = 4;

/** A fault between the opening of a KMS window and the deactivation hides who opened the window. */
const isOfUnknownSetter = ({ says }: KeyResult): boolean => says.endsWith("[UKO_KMS_SETTER_UNKNOWN]");

/**
 * A run that is killed right after a record came late leaves a record that does not count. It does not prove when the
 * key was deactivated either, so the key soaks from its last write.
 */
const isSoaking = ({ says }: KeyResult): boolean => says.startsWith("soaks until");

/** One answer of a hundred is 429 or 503, or is lost before or after its effect. */
function addFaults({ world }: Emulator): void {
  const common = { times: 1_000_000, latencyMs: 0, when: "before", every: 400 } as const;
  const paths = ["/api/v4/", "/api/v2/"];
  for (const part of paths) {
    world.faults.add({ ...common, path: part, skip: 50, status: 429 });
    world.faults.add({ ...common, path: part, skip: 150, status: 503 });
    world.faults.add({ ...common, path: part, skip: 250, drop: "before" });
    world.faults.add({ ...common, path: part, skip: 350, drop: "after" });
  }
}

interface Run {
  /** Runs `uko campaign`, and throws if it prints no report. */
  command(who: Person, command: string): Promise<Acted>;
  /** Runs a command with its share of the kills, until no key is left that another run could change. */
  acting(who: Person, command: string): Promise<Acted>;
  /** Lets the first person request and the second person approve until the first person waits for nothing but time. */
  untilDone(requester: Person, approver: Person, command: string): Promise<void>;
  /** Holds one key of the campaign. */
  hold(who: Person): Promise<void>;
  release(who: Person): Promise<void>;
  figures(ends: Figures["ends"]): Figures;
}

function createRun(emulator: Emulator, { kills, randomSeed, folder, log, ...size }: Retirement): Run {
  const random = randomFrom(randomSeed);
  const trail: TrailEntry[] = [];
  const callsPerKey: Record<string, number> = {};
  const mostKeys = new Map<string, number>();
  let killed = 0;
  let peakMegabytes = 0;
  const commands = { changing: 0, reading: 0 };
  let lines = 0;
  let wallSeconds = 0;
  let cpuSeconds = 0;
  const { keys: [, heldKey] = [], vaults = [] } = generateSeed(size);
  /** The calls between the hold and its release. */
  let [heldFrom, heldTo] = [0, 0];
  /** The most kills of one command, while kills are left. About five commands run long enough to use all of theirs. */
  const share = Math.ceil(kills / 5);

  const collect = (): readonly TrailEntry[] => {
    const since = emulator.world.audit.since(trail.at(-1)?.seq ?? 0) as unknown as readonly TrailEntry[];
    trail.push(...since);
    return since;
  };
  const callsSoFar = (): number => emulator.world.audit.since(0).at(-1)?.seq ?? 0;
  const start = (who: Person, args: readonly string[], chosen = 1) => {
    const isAsking = isByHand(args);
    const child = spawn(process.execPath, [...(isAsking ? ["--import", asAtTerminal] : []), executable, ...args], {
      env: { ...childEnv, ...environment(emulator.url, who) },
      stdio: [isAsking ? "pipe" : "ignore", "pipe", "pipe"],
    });
    if (isAsking) answerOf(child, chosen);
    const startedMs = performance.now();
    let ownCpuSeconds = 0;
    const memory = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, peakOf(child));
      ownCpuSeconds = Math.max(ownCpuSeconds, cpuSecondsOf(child));
    }, 200);
    const ended = endOf(child).finally(() => clearInterval(memory));
    const firstCall = callsSoFar();
    void ended.then(({ out, err }) => {
      const calls = emulator.world.audit.since(firstCall) as unknown as readonly TrailEntry[];
      commands[calls.some(isEffect) ? "changing" : "reading"] += 1;
      lines += `${out}${err}`.split("\n").length - 1;
      wallSeconds += (performance.now() - startedMs) / 1000;
      cpuSeconds += ownCpuSeconds;
    });
    return { child, ended };
  };
  const uko = (who: Person, args: readonly string[], chosen = 1): Promise<Ended> => start(who, args, chosen).ended;
  const withKills = async (who: Person, args: readonly string[]): Promise<Ended> => {
    for (let kill = 0; kill < share && killed < kills; kill += 1) {
      const { child, ended } = start(who, args);
      // By calls, because a moment in time would come after the end of a run on a fast machine.
      const lastCall = callsSoFar() + 10 + random() * size.keys * 2;
      const watch = setInterval(() => {
        if (callsSoFar() > lastCall) child.kill("SIGKILL");
      }, 10);
      const end = await ended;
      clearInterval(watch);
      if (end.exitCode !== undefined) return end;
      killed += 1;
    }
    return uko(who, args);
  };
  const parse = (command: string, { out, err }: Ended): Acted => {
    if (out === "") throw new Error(`${command}: ${err}`);
    return JSON.parse(out) as Acted;
  };
  const argsOf = (command: string): readonly string[] => {
    const args = ["campaign", ...command.split(" ")];
    // What a person has to read before the answer is not printed as JSON.
    return [...args, "--folder", folder, ...(isByHand(args) ? [] : ["--json"])];
  };
  const tell = (command: string, startedMs: number, since: readonly TrailEntry[]): void => {
    const keys = new Set(since.filter(isEffect).map(({ keyId, label }) => keyId ?? label));
    const calls = since.filter(({ operation }) => operation !== "token" && operation !== "control").length;
    const name = command.replace(/ [0-9a-f-]{36}\/.*/, "");
    // The run with the most keys says what a key costs; each run has some calls of its own.
    if (keys.size > (mostKeys.get(name) ?? 0)) {
      mostKeys.set(name, keys.size);
      callsPerKey[name] = Math.round((calls * 10) / keys.size) / 10;
    }
    const perKey = keys.size === 0 ? "" : `, ${(calls / keys.size).toFixed(1)} a key for ${keys.size} keys`;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    log(`${name.padEnd(30)} ${calls} calls${perKey}, ${seconds} s, ${killed} kills, ${peakMegabytes} MB`);
  };

  /** Approves or requests at a terminal, until a run changes nothing. The trail says what happened. */
  const byHand = async (who: Person, command: string): Promise<Acted> => {
    const startedMs = performance.now();
    collect();
    const first = trail.length;
    let ended = await withKills(who, argsOf(command));
    let last = collect();
    // What the service refuses stays the first offer, so a person who changed nothing takes the second one.
    for (let repeats = 0, chosen = 1; repeats < maxRepeats; repeats += 1) {
      if (last.some(isEffect)) chosen = 1;
      else if (chosen === 1) chosen = 2;
      else break;
      ended = await uko(who, argsOf(command), chosen);
      last = collect();
    }
    if (ended.out === "") throw new Error(`${command}: ${ended.err}`);
    const since = trail.slice(first);
    tell(command, startedMs, since);
    return {
      keys: since.filter(isEffect).map(({ label = "" }) => ({ key: label, label, outcome: "acted", says: "" })),
    };
  };
  const acting = async (who: Person, command: string): Promise<Acted> => {
    const args = argsOf(command);
    if (isByHand(args)) return byHand(who, command);
    const startedMs = performance.now();
    collect();
    const first = trail.length;
    let acted = parse(command, await withKills(who, argsOf(command)));
    let repeats = 0;
    for (; repeats < maxRepeats && needsAnotherRun(acted); repeats += 1) {
      acted = parse(command, await uko(who, argsOf(command)));
    }
    collect();
    tell(command, startedMs, trail.slice(first));
    if (repeats > 0) log(`  ${repeats} more runs${whyAgain(acted)}`);
    return acted;
  };

  const holding = async (who: Person, ...options: readonly string[]): Promise<void> => {
    const vault = vaults.find(({ name }) => name === heldKey?.vault);
    const args = ["hold", `${vault?.id}/${heldKey?.id}`, ...options, "--json"];
    const { exitCode, out, err } = await uko(who, args);
    if (exitCode !== 0) throw new Error(`${args.join(" ")}: ${out}${err}`);
  };

  return {
    acting,
    async hold(who) {
      await holding(who);
      heldFrom = callsSoFar();
    },
    async release(who) {
      heldTo = callsSoFar();
      await holding(who, "--release", "--reason", "Measured");
    },
    async untilDone(requester, approver, command) {
      for (let round = 0; round < maxRounds; round += 1) {
        // A person requests a destruction, and not a line in a script.
        const request = command.includes("destroy") ? command : `${command} --yes`;
        const { keys: requested } = await acting(requester, request);
        const { keys: approved } = await acting(approver, command);
        if (!hasActed(requested) && !hasActed(approved)) return;
      }
    },
    async command(who, command) {
      const startedMs = performance.now();
      collect();
      const acted = parse(command, await uko(who, argsOf(command)));
      tell(command, startedMs, collect());
      return acted;
    },
    figures(ends) {
      collect();
      const used = { wallSeconds: Math.round(wallSeconds), cpuSeconds: Math.round(cpuSeconds) };
      const measured = measure(trail, size);
      const onHeld = trail.filter(
        ({ operation, effect, label, seq }) =>
          effect && endsManagedKey(operation) && label === heldKey?.label && seq > heldFrom && seq <= heldTo,
      );
      const onBlocked = [...measured.onBlocked, ...onHeld.map(({ operation }) => `${operation} under a hold`)];
      return { ...measured, onBlocked, ends, kills: killed, peakMegabytes, commands, lines, ...used, callsPerKey };
    },
  };
}

function environment(url: string, who: Person): Record<string, string> {
  return {
    ...emulatorAddresses(url),
    UKO_INSTANCE_ID: demoInstanceId,
    UKO_API_KEY: apiKeys[who],
  };
}

/** Whether the run asks a person at a terminal. */
const isByHand = ([, command, ...args]: readonly string[]): boolean => command === "next" && !args.includes("--yes");

const isEffect = ({ effect, operation }: TrailEntry): boolean =>
  effect && (effects as readonly string[]).includes(operation);

function needsAnotherRun({ keys, unstarted = 0 }: Acted): boolean {
  const failed = typeof keys === "object" && keys.some(({ outcome }) => outcome === "failed");
  return failed || unstarted > 0;
}

function endsOf(keys: NonNullable<Acted["keys"]>): Figures["ends"] {
  const byOutcome = Map.groupBy(typeof keys === "number" ? [] : keys, ({ outcome }) => outcome);
  return Object.fromEntries(Array.from(byOutcome, ([outcome, { length }]) => [outcome, length]));
}

const hasActed = (keys: Acted["keys"]): boolean =>
  typeof keys === "object" && keys.some(({ outcome }) => outcome === "acted");

/** What the last run still reports. */
function whyAgain({ keys }: Acted): string {
  const failed = typeof keys === "object" ? keys.filter(({ outcome }) => outcome === "failed") : [];
  return failed.length === 0 ? "" : `; ${failed.length} keys fail, such as: ${failed[0]?.says}`;
}

/** A process of the bench has no terminal, at which a person approves. */
const asAtTerminal =
  "data:text/javascript,const{stdin,stderr}=process;Object.assign(stdin,{isTTY:true,setRawMode(){}});Object.assign(stderr,{isTTY:true,columns:200,hasColors(){}})";

/** Types the phrase that the process asks for. */
function answerOf(child: ChildProcess, chosen: number): void {
  let asked = "";
  const earlier: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => {
    asked += stripVTControlCharacters(chunk.toString());
    if (!/ (?:to go on|to stop|leave it stopped): $/.test(asked)) return;
    const question = asked.split("\n").at(-1) ?? "";
    child.stdin?.write(`${answerTo(question, earlier, chosen)}\n`);
    earlier.push(question);
    asked = "";
  });
  // The process may have been killed.
  child.stdin?.on("error", () => {});
}

function endOf(child: ChildProcess): Promise<Ended> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ exitCode: code ?? undefined, out, err }));
  });
}

/** The largest resident set so far; 0 where the system does not say. */
function peakOf({ pid }: ChildProcess): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** User and system time so far, as Linux counts it in hundredths; 0 where the system does not say. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function measure(
  trail: readonly TrailEntry[],
  size: GeneratedSize,
): Pick<Figures, "violations" | "twice" | "onBlocked" | "removed" | "kmsDestroyed"> {
  const taken = new Map<string, number>();
  for (const entry of trail.filter(isEffect)) {
    const name = `${entry.operation} ${entry.label}`;
    taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  const reactivated = trail.filter(({ effect, operation }) => effect && operation === "activateManagedKey");
  const allowed = (name: string): number =>
    1 + reactivated.filter(({ label }) => name === `deactivateManagedKey ${label}`).length;
  // A request that the service wrote too long after its read does not count, and is written again; a window may be set again.
  const twice = [...taken].filter(
    ([name, times]) => times > allowed(name) && !/^(updateManagedKey|setKeyForDeletion) /.test(name),
  );
  const blocked = new Set((generateSeed(size).keys ?? []).filter(isNeverDeleted).map(({ label }) => label));
  const onBlocked = [...taken.keys()].filter(
    (name) => /^(deleteManagedKey|destroyManagedKey) /.test(name) && blocked.has(name.slice(name.indexOf(" ") + 1)),
  );
  const removed = [...taken.keys()].filter((name) => name.startsWith("deleteManagedKey ")).length;
  // KMS purges a destroyed key after 90 days, so that only the trail still shows it.
  const kmsDestroyed = [...taken.keys()].filter((name) => name.startsWith("deleteKmsKey ")).length;
  const { violations } = judge(trail, { required: true, gate: "both" });
  return { violations, twice: twice.map(([name]) => name), onBlocked, removed, kmsDestroyed };
}

type SeededKey = NonNullable<ReturnType<typeof generateSeed>["keys"]>[number];

/** Held, compromised, in use where that prevents the deletion, or in a keystore that destroys nothing. */
function isNeverDeleted({ template, state, tags, resources }: SeededKey): boolean {
  const isRetained = resources?.some(({ preventKeyDeletion }) => preventKeyDeletion === true);
  const isInTrouble = template === "unreachable" || template === "refusing" || state === "compromised";
  return isInTrouble || isRetained === true || (tags?.length ?? 0) > 0;
}

/** Numbers from 0 up to 1, always the same for one seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
