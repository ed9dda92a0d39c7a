/** Lost responses at every call of the path: this run or the next one completes, and no step happens twice. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld } from "../../provider/compose/world.ts";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { faultSchema } from "../../provider/emulator/store/faults.ts";
import { createHandlers } from "../../provider/engine/resource/handlers.ts";
import { managedKey } from "../../provider/resources/managed-key/index.ts";
import type { AuditEntry } from "../contracts/interfaces/support/emulator.ts";
import { codeOf } from "../contracts/interfaces/support/next-steps.ts";
import {
  changes,
  effectsOf,
  environmentAt,
  failuresOf,
  type RecordedPath,
  type RecordedRun,
  recordedArgs,
  recordPath,
  runNamed,
  runs,
  sealAgain,
} from "../contracts/interfaces/support/recorded-path.ts";
import { explainVerdict, judge } from "../support/oracle.ts";
import { freshStateHome } from "../support/state-home.ts";
import { isWhole } from "../support/tier.ts";

const limitMs = isWhole ? 1_800_000 : 180_000;
/** They wait for the pauses between attempts. */
const inProcessAtOnce = 16;

/** Where the runs begin is recorded with the real CLI; the losses themselves need no interface. */
let recorded: RecordedPath;
beforeAll(async () => {
  recorded = await recordPath();
});
afterAll(() => recorded[Symbol.asyncDispose]());

test.each(runs)(
  "this or the next run completes %s after any of its calls lost its response",
  async (name) => {
    const run = runNamed(recorded, name);
    const calls = await callsInProcess(run);
    const cases = calls.flatMap((operation, call) =>
      losses
        .filter(({ times }) => isWhole || times === 1 || changes.has(operation))
        .map((loss) => ({ operation, call, loss })),
    );
    const failures = await failuresOf(cases, inProcessAtOnce, ({ call, loss }) => loseAt(run, call, loss));
    console.log(`lost responses in ${name}: ${cases.length} points at ${calls.length} calls`);
    expect(failures).toEqual([]);
  },
  limitMs,
);

/** No response before and after the effect, one response that tells nothing, and a service that stays silent until the run gives up. */
const losses = [
  { drop: "before", times: 1 },
  { drop: "after", times: 1 },
  { status: 500, when: "after", times: 1 },
  { drop: "after", times: 4 },
] as const;
type Loss = (typeof losses)[number];

async function emulatorOf(run: RecordedRun): Promise<Emulator> {
  const uko = await startEmulator({ seed: run.seed, profile: "documented" });
  sealAgain(recorded, run, uko);
  return uko;
}

/** The same handlers in this process: a run takes milliseconds, so that every call can be tried in every suite. */
async function loseAt(run: RecordedRun, call: number, loss: Loss): Promise<void> {
  const uko = await emulatorOf(run);
  try {
    const fault = faultSchema.parse({ skip: call, ...loss });
    uko.world.faults.add(fault);
    const first = await inProcess(run, uko.url);
    uko.world.faults.clear();
    const end = first.isEnded || first.isWaiting ? first : await inProcess(run, uko.url);
    expect(end, JSON.stringify([first, end])).toMatchObject(
      run.result.exitCode === 0 ? { isEnded: true } : { isWaiting: true },
    );
    const trail = uko.world.audit.since(0).filter(({ operation }) => operation !== "seed") as readonly AuditEntry[];
    expect(effectsOf(trail)).toEqual(effectsOf(run.calls));
    expect([...uko.world.keys.keys()]).toHaveLength(run.name === "remove" ? 0 : 1);
    expect(explainVerdict(judge([...run.before, ...trail], { required: true, gate: "both" }))).toBe("");
  } finally {
    await uko.close();
  }
}

async function callsInProcess(run: RecordedRun): Promise<readonly string[]> {
  const uko = await emulatorOf(run);
  try {
    await inProcess(run, uko.url);
    return uko.world.audit.since(0).flatMap(({ operation }) => (operation === "seed" ? [] : [operation]));
  } finally {
    await uko.close();
  }
}

interface InProcessEnd {
  /** Done, and the engine would save it. */
  readonly isEnded: boolean;
  /** What the undisturbed run ends with too: a wait for a person or for time. */
  readonly isWaiting: boolean;
  readonly message: string;
}

async function inProcess(run: RecordedRun, url: string): Promise<InProcessEnd> {
  const environment = { ...environmentAt(recorded, run, url), XDG_STATE_HOME: freshStateHome() };
  const opened = openWorld(environment, {}, { progress: { report: () => {} } });
  const open = () => ({ world: opened.world, run: opened.settings });
  const handlers = createHandlers(managedKey, {
    open,
    userInterface: { rerun: "pulumi destroy" },
    secretDigests: opened.world.secretDigests,
  });
  const { signal } = new AbortController();
  try {
    if (run.resource === undefined) {
      const { id } = await handlers.create(recordedArgs, { signal, origin: "organization/urn:of:payroll" });
      return { isEnded: true, isWaiting: false, message: id };
    }
    const outcome = await handlers.delete(run.resource.outputs, { signal });
    if (outcome.kind === "ended") return { isEnded: true, isWaiting: false, message: "" };
    return { isEnded: false, isWaiting: outcome.code === codeOf(run.result.output), message: outcome.message };
  } catch (error) {
    return { isEnded: false, isWaiting: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await opened.close();
  }
}
