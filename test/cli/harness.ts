/** An emulator with keys in it, and people who type `uko` commands, with or without a terminal. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openLogin, openOperations, type UkoWorld } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { withProgress } from "../../provider/cli/run.ts";
import type { EmulatorOptions } from "../../provider/emulator/start.ts";
import { demoInstanceId, demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import type { SwitchChoices } from "../../provider/emulator/store/switches.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import type { Clock } from "../../provider/engine/ports/world.ts";
import type { SigningPlaces } from "../../provider/services/consents/consent-signatures.ts";
import { apiKeys, startTestWorld, type TestWorld, vaultId } from "../emulator/harness.ts";
import { answerTo } from "../support/answers.ts";
import { programOf } from "../support/built.ts";
import { takeApart } from "../support/command-line.ts";
import { emulatorAddresses, isHostLine } from "../support/emulator-addresses.ts";
import { type JudgeOptions, judge, type TrailEntry, type Verdict } from "../support/oracle.ts";
import { freshStateHome } from "../support/state-home.ts";

export { apiKeys, vaultId };

const keyIds = {
  payroll: "9b2d0000-0000-4000-8000-000000000001",
  ledger: "9b2d0000-0000-4000-8000-000000000002",
  draft: "9b2d0000-0000-4000-8000-000000000003",
  cards: "9b2d0000-0000-4000-8000-000000000004",
  vouchers: "9b2d0000-0000-4000-8000-000000000005",
} as const;
export type KeyName = keyof typeof keyIds;

/** `<vaultId>/<keyId>` of each seeded key. */
export const keys = Object.fromEntries(
  Object.entries(keyIds).map(([name, id]) => [name, `${vaultId}/${id}`]),
) as Readonly<Record<KeyName, string>>;

/** Alice may deactivate; Bob may write records, destroy and remove; Carol holds every role. */
export type Person = keyof typeof apiKeys;

export const startTime = "2026-11-24T14:22:00Z";
const aged = { createdAt: "2026-01-01T08:00:00Z", createdBy: "IBMid-550000CAROL" } as const;
const before = { ...aged, updatedAt: "2026-10-01T08:00:00Z", updatedBy: "IBMid-550000CAROL" } as const;

/** The demo world with five keys: one in use, one under KMS dual authorization, one never active, one in AWS, one alone. */
export const seed: Seed = {
  ...demoSeed,
  clock: { start: startTime, frozen: true },
  keys: [
    {
      ...before,
      id: keyIds.payroll,
      label: "payroll",
      vault: "payments",
      template: "payroll",
      resources: [{ crn: "crn:v1:bucket-1" }, { crn: "crn:v1:bucket-2" }],
    },
    { ...before, id: keyIds.ledger, label: "ledger", vault: "payments", template: "payroll", dualAuthDelete: true },
    { ...before, id: keyIds.draft, label: "draft", vault: "payments", template: "payroll-draft" },
    { ...before, id: keyIds.cards, label: "cards", vault: "payments", template: "cards" },
    { ...before, id: keyIds.vouchers, label: "vouchers", vault: "payments", template: "payroll" },
  ],
};

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** The first report of a run with `--json`. */
export function reportOf(ended: Ended): Report {
  return JSON.parse(ended.out.split("\n")[0] ?? "") as Report;
}

export interface EndedAtTerminal extends Ended {
  readonly questions: readonly string[];
}

/** The answers in order, all of which are asked for and no more. Without them, the person agrees with each question. */
export type AtTerminal = readonly (string | (() => Promise<string>))[];

/** `as` calls the service as a person could with any other tool. */
export interface CliTestWorld extends Pick<TestWorld, "url" | "as" | "close"> {
  /** Runs a command in this process, as the person, without a terminal; a request at one, where the person agrees. */
  uko(who: Person, command: string, environment?: Readonly<Record<string, string>>, input?: string): Promise<Ended>;
  /** Runs any command without a terminal. */
  pipe(who: Person, command: string, environment?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The same at a terminal. */
  type(
    who: Person,
    command: string,
    answers?: AtTerminal,
    environment?: Readonly<Record<string, string>>,
  ): Promise<EndedAtTerminal>;
  /** Runs a command line as it was printed, at a terminal where the person agrees. */
  shell(who: Person, commandLine: string): Promise<Ended>;
  /** Bob requests the deactivation, and Alice approves it a minute later. */
  deactivate(key: string, environment?: Readonly<Record<string, string>>): Promise<void>;
  /** The same, and then the destruction: Alice requests it, and Bob approves it after the cool-down. */
  destroy(key: string, environment?: Readonly<Record<string, string>>): Promise<void>;
  environmentOf(who: Person): Readonly<Record<string, string>>;
  control(path: string, body: unknown): Promise<void>;
  advance(duration: string): Promise<void>;
  /** Resets the seeded world, optionally with other switches. */
  reset(switches?: SwitchChoices): Promise<void>;
  trail(): Promise<readonly TrailEntry[]>;
  /** How many calls of this operation had an effect. */
  effects(operation: string): Promise<number>;
  verdict(options?: Partial<JudgeOptions>): Promise<Verdict>;
}

export const repository = fileURLToPath(new URL("../../", import.meta.url));
export const executable = programOf("build/cli", "uko", "provider/bin/uko.ts");

/** The folders of signed consents; without them, no signature is demanded. */
export type SigningOf = (who: Person) => SigningPlaces;
export const unsigned: SigningPlaces = { demands: () => [], own: () => "/nowhere" };

export interface CliWorldOptions extends EmulatorOptions {
  readonly signingOf?: SigningOf;
}

export async function startCliWorld({
  signingOf = () => unsigned,
  ...options
}: CliWorldOptions = {}): Promise<CliTestWorld> {
  const { url, emulator, as, close } = await startTestWorld({ seed, ...options });
  const defaults = { ...emulator.world.switches };
  let stateHome = freshStateHome();
  const { instanceCrn } = emulator;
  const environmentOf = (who: Person): Readonly<Record<string, string>> => ({
    XDG_STATE_HOME: stateHome,
    ...emulatorAddresses(url, instanceCrn),
    UKO_INSTANCE_ID: instanceCrn ?? demoInstanceId,
    UKO_API_KEY: apiKeys[who],
  });
  const post = async (name: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${url}/_emulator/${name}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
  };
  const trail = async (): Promise<readonly TrailEntry[]> => [...emulator.world.audit.since(0)];

  const world: CliTestWorld = {
    ...{ url, as, close },
    async deactivate(key, environment) {
      await world.uko("bob", `request ${key}`, environment);
      await world.advance("1m");
      await world.type("alice", `approve ${key}`, undefined, environment);
    },
    async destroy(key, environment) {
      await world.deactivate(key, environment);
      await world.uko("alice", `request ${key}`, environment);
      await world.advance("5h");
      await world.type("bob", `approve ${key}`, undefined, environment);
    },
    environmentOf,
    uko: (who, command, environment = {}, input = "") =>
      command.startsWith("request ")
        ? runAtTerminal(splitWords(command), { ...environmentOf(who), ...environment }, undefined, signingOf(who))
        : runHere(splitWords(command), { ...environmentOf(who), ...environment }, input, { signing: signingOf(who) }),
    pipe: (who, command, environment = {}) =>
      runHere(splitWords(command), { ...environmentOf(who), ...environment }, "", { signing: signingOf(who) }),
    type: (who, command, answers, environment = {}) =>
      runAtTerminal(splitWords(command), { ...environmentOf(who), ...environment }, answers, signingOf(who)),
    shell(who, commandLine) {
      const { command, args = [], variables } = takeApart(commandLine) ?? {};
      if (command !== "uko") throw new Error(`Not a command line of uko: ${commandLine}`);
      return runAtTerminal(args, { ...environmentOf(who), ...variables }, undefined, signingOf(who));
    },
    control: post,
    advance: (duration) => post("clock", { advance: duration }),
    async reset(switches = {}) {
      emulator.world.reset();
      emulator.world.faults.clear();
      // The keys are new ones under the old IDs, so the evidence of the old ones must not speak of them.
      stateHome = freshStateHome();
      emulator.world.switches = { ...defaults, ...definedOnly(switches) };
    },
    trail,
    effects: async (operation) => (await trail()).filter((call) => call.effect && call.operation === operation).length,
    verdict: async (judged = {}) => judge(await trail(), { required: true, gate: "both", ...judged }),
  };
  return world;
}

function definedOnly<T extends object>(choices: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined)) as never;
}

/** A world of the command line that keeps its streams and never starts its emulator. */
export function quietWorld(over: Partial<UkoWorld> = {}): UkoWorld & { readonly output: { out: string; err: string } } {
  const output = { out: "", err: "" };
  const appendTo = (name: "out" | "err") => (text: string) => {
    if (!isHostLine(text)) output[name] += text;
  };
  return {
    version: "0.0.0-test",
    environment: {},
    ...withProgress({ write: appendTo("out") }, { write: appendTo("err") }),
    readInput: () => Promise.resolve(""),
    signal: new AbortController().signal,
    openOperations,
    openLogin,
    runProgram: () => Promise.reject(new Error("not in this test")),
    startEmulator: () => Promise.reject(new Error("not in this test")),
    startConsole: () => Promise.reject(new Error("not in this test")),
    advanceEmulator: () => Promise.reject(new Error("not in this test")),
    readErrorPage: () => readFile(new URL("../../provider/docs/reference/errors.md", import.meta.url), "utf8"),
    machine: { system: "linux", processor: "x64", home: "/nowhere", providerFolder: "/nowhere" },
    output,
    ...over,
  };
}

/** The emulated clock of a test stands still, so that the pause after a write would cost time and show nothing. */
export const withoutPause: Clock = {
  monotonicMs: () => performance.now(),
  sleep: async (_ms, signal) => signal.throwIfAborted(),
};

/** Opens the operations of a run with that clock, or another one. */
export const openWithoutPause =
  (signing: SigningPlaces = unsigned, clock: Clock = withoutPause): UkoWorld["openOperations"] =>
  (variables, outputs) =>
    openOperations(variables, { ...outputs, clock, signingPlaces: signing });

async function runHere(
  typed: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: string,
  { ask, signing }: { readonly ask?: UkoWorld["ask"]; readonly signing: SigningPlaces },
): Promise<Ended> {
  const world = quietWorld({
    environment,
    readInput: () => Promise.resolve(input),
    openOperations: openWithoutPause(signing),
    ...(ask !== undefined && { ask }),
  });
  const exitCode = await runCli(typed, world);
  return { exitCode, ...world.output };
}

/** A question that no answer is for ends the command, and fails the test, like an answer that is left. */
async function runAtTerminal(
  typed: readonly string[],
  environment: Readonly<Record<string, string>>,
  answers: AtTerminal | undefined,
  signing: SigningPlaces,
): Promise<EndedAtTerminal> {
  const questions: string[] = [];
  const ask = async (question: string): Promise<string> => {
    const earlier = [...questions];
    questions.push(question);
    const answer = answers === undefined ? answerTo(question, earlier) : (answers[questions.length - 1] ?? "");
    return typeof answer === "function" ? answer() : answer;
  };
  const ended = await runHere(typed, environment, "", { ask, signing });
  if (answers !== undefined && questions.length !== answers.length) {
    throw new Error(
      `${typed.join(" ")} asked ${questions.length} questions for ${answers.length} answers:\n${questions.join("\n")}\n${ended.out}${ended.err}`,
    );
  }
  return { ...ended, questions };
}

/** Splits at blanks; text in double quotes is one word. */
function splitWords(command: string): readonly string[] {
  return Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");
}

/** A key of KMS itself under dual authorization, made by Carol with KMS's own call. */
export async function makeKmsKey({ as }: Pick<CliTestWorld, "as">, name: string): Promise<string> {
  const type = "application/vnd.ibm.kms.key+json";
  const resource = { type, name, extractable: false, dualAuthDelete: { enabled: true } };
  const made = { metadata: { collectionType: type, collectionTotal: 1 }, resources: [resource] };
  return (await as("carol").kms("POST", "/keys_with_policy_overrides", made)).body.resources[0]?.id ?? "";
}
