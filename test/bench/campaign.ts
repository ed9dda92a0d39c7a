/**
 * `npm run bench campaign`: what a campaign of many keys costs. Two people retire an emulated instance with `uko` as separate
 * processes, and the trail says how many calls each command makes for a key. Kills and faults are the simulator's (test/simulation).
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { apiKeys, executable, type Person } from "../cli/harness.ts";
import { answerTo } from "../support/answers.ts";
import { endsManagedKey } from "../support/calls.ts";
import { childEnv } from "../support/child-env.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { cpuSecondsOf } from "./processes.ts";

const rules = `format: uko-campaign-1
name: retirement
instance: ${demoInstanceId}
deadline: 2027-03-20
waves:
  - {name: all, soak: 4h}
  - {name: roots, soak: 4h}
rules:
  - {match: {kind: kms}, class: destroy, wave: roots, owner: platform, reason: Measured}
  - {match: {}, class: destroy, wave: all, owner: platform, reason: Measured}
`;

const hourMs = 3_600_000;
const maxRepeats = 12;
/** Days after the destruction on which the removals run: the keystores wait for 7, 30 or 90. */
const removalDays = [8, 31, 91];

/** 12 KMS keys for each 100 keys, in up to 12 vaults. */
export async function benchCampaign(keys: number, folder: string): Promise<void> {
  const size = { keys, vaults: Math.min(12, keys), kms: Math.floor((keys * 12) / 100), blocked: 0 };
  const emulator = await startEmulator({
    seed: { ...generateSeed(size), clock: { start: "2026-10-01T09:00:00Z", frozen: true } },
  });
  const measured = measure(emulator, folder);
  const { run } = measured;
  const untilDone = async (requester: Person, approver: Person, request: string, approve = request): Promise<void> => {
    while ((await run(requester, request)) + (await run(approver, approve)) > 0);
  };
  try {
    await writeFile(path.join(folder, "campaign.yaml"), rules);
    await run("frank", "plan --write --yes");
    for (const who of ["alice", "bob"] as const) await run(who, "next --wave roots");
    const deactivate = "next --wave all --step deactivate";
    await untilDone("bob", "alice", `${deactivate} --yes`, deactivate);
    emulator.world.clock.advance(5 * hourMs);
    // Managed keys and keys that were never active have a review each.
    await untilDone("alice", "bob", "next --wave all --step destroy");
    for (const [index, day] of removalDays.entries()) {
      emulator.world.clock.advance((day - (removalDays[index - 1] ?? 0)) * 24 * hourMs);
      await run("bob", "next --wave all --yes");
    }
    await run("frank", "status");
    // Keys that something uses stay.
    console.log(JSON.stringify({ keysLeft: emulator.world.keys.size, ...measured.figures() }, undefined, 2));
  } finally {
    await emulator.close();
  }
}

/** Runs commands of a campaign, and counts what they cost. */
function measure(emulator: Emulator, folder: string) {
  const callsPerKey: Record<string, number> = {};
  const mostKeys = new Map<string, number>();
  let peakMegabytes = 0;
  let cpuSeconds = 0;

  const once = async (who: Person, command: string): Promise<void> => {
    // At a terminal a person reads before the answer, which is not printed as JSON.
    const isAsking = command.startsWith("next") && !command.includes("--yes");
    const args = ["campaign", ...command.split(" "), "--folder", folder, ...(isAsking ? [] : ["--json"])];
    const child = spawn(process.execPath, [...(isAsking ? ["--import", asAtTerminal] : []), executable, ...args], {
      env: {
        ...childEnv,
        ...emulatorAddresses(emulator.url),
        UKO_INSTANCE_ID: demoInstanceId,
        UKO_API_KEY: apiKeys[who],
      },
      stdio: [isAsking ? "pipe" : "ignore", "pipe", "pipe"],
    });
    if (isAsking) answer(child);
    let own = 0;
    const sampler = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, peakOf(child));
      own = Math.max(own, cpuSecondsOf(child.pid ?? 0) || 0);
    }, 200);
    const { out, err } = await endOf(child).finally(() => clearInterval(sampler));
    cpuSeconds += own;
    if (out === "") throw new Error(`${command}: ${err}`);
  };

  return {
    /** Repeats the command until it changes nothing, and returns how many keys it changed. */
    async run(who: Person, command: string): Promise<number> {
      const changed = new Set<string | undefined>();
      for (let repeats = 0; repeats < maxRepeats; repeats += 1) {
        const startedMs = performance.now();
        const before = emulator.world.audit.since(0).at(-1)?.seq ?? 0;
        await once(who, command);
        const made = emulator.world.audit.since(before).filter(({ operation }) => operation !== "token");
        const keys = new Set(
          made.flatMap(({ effect, operation, keyId }) => (effect && isStep(operation) ? [keyId] : [])),
        );
        // The run with the most keys says what a key costs; each run has some calls of its own.
        if (keys.size > (mostKeys.get(command) ?? 0)) {
          mostKeys.set(command, keys.size);
          callsPerKey[command] = Math.round((made.length * 10) / keys.size) / 10;
        }
        const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
        console.log(`${command.padEnd(40)} ${made.length} calls, ${keys.size} keys, ${seconds} s, ${peakMegabytes} MB`);
        for (const key of keys) changed.add(key);
        if (keys.size === 0) break;
      }
      return changed.size;
    },
    figures: () => ({ peakMegabytes, cpuSeconds: Math.round(cpuSeconds), callsPerKey }),
  };
}

/** Writes a request, takes a step, or opens the deletion window of a KMS key. */
const isStep = (operation: string): boolean =>
  endsManagedKey(operation) || ["updateManagedKey", "deleteKmsKey", "setKeyForDeletion"].includes(operation);

/** A process of the bench has no terminal, at which a person approves. */
const asAtTerminal =
  "data:text/javascript,const{stdin,stderr}=process;Object.assign(stdin,{isTTY:true,setRawMode(){}});Object.assign(stderr,{isTTY:true,columns:200,hasColors(){}})";

/** Types the phrase that the process asks for. */
function answer(child: ChildProcess): void {
  let asked = "";
  const earlier: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => {
    asked += stripVTControlCharacters(chunk.toString());
    if (!/ (?:to go on|to stop|leave it stopped): $/.test(asked)) return;
    const question = asked.split("\n").at(-1) ?? "";
    child.stdin?.write(`${answerTo(question, earlier)}\n`);
    earlier.push(question);
    asked = "";
  });
}

async function endOf({ stdout, stderr }: ChildProcess): Promise<{ readonly out: string; readonly err: string }> {
  const [out = "", err = ""] = await Promise.all(
    [stdout, stderr].map((stream) => (stream === null ? "" : text(stream))),
  );
  return { out, err };
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
