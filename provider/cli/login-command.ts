/**
 * `uko login`: logs a person in with a one-time passcode, and runs commands under this log-in. Tokens stay in the
 * memory of this process, unless the person passes the access token to another program with `--expose-token`.
 */

import type { Command } from "commander";
import { sayPerson } from "../compose/text.ts";
import { UkoError } from "../errors.ts";
import { withoutSecrets } from "../process/other-programs.ts";
import { printable } from "../text/printable.ts";
import { invalidInput, usageError } from "./arguments.ts";
import type { Environment, Login, UkoWorld } from "./cli-world.ts";
import { namesOf } from "./help-layout.ts";
import { outputsTo, traceOf } from "./run.ts";
import { paint } from "./table.ts";

interface LoginOptions {
  readonly account?: string;
  readonly exposeToken?: true;
}

type RunCommand = (typed: readonly string[], world: UkoWorld) => Promise<number>;

/** The most commands in a session, which no person reaches. */
const maxCommands = 10_000;

export function addLoginCommand(
  program: Command,
  world: UkoWorld,
  { end, run }: { readonly end: (exitCode: number) => void; readonly run: RunCommand },
): void {
  const isOurs = (name: string): boolean => program.commands.some((command) => namesOf(command).includes(name));
  program
    .command("login")
    .description("Log in with a one-time code, without a stored key, and run commands as yourself")
    .usage("[options] [-- <command> [arguments]]")
    .argument("[command...]", "a command to run instead of a session; after --")
    .option("--account <id>", "the account, if you belong to several")
    .option("--expose-token", "allow a program other than uko, which gets the access token in UKO_TOKEN")
    .action(async (words: readonly string[], { account, exposeToken }: LoginOptions) => {
      const typed = words[0] === "uko" ? words.slice(1) : words;
      const [name] = typed;
      if (name !== undefined && !isOurs(name) && exposeToken !== true) throw tokenNotExposed(words);
      if (name === "login") throw usageError("You are about to log in twice", "Omit the second login.");
      const login = await logIn(program, world, account);
      try {
        const session = { world, login, run, isOurs };
        end(typed.length === 0 ? await runSession(session) : await runOne(session, typed));
      } finally {
        await login.close();
      }
    });
}

interface LoginContext {
  readonly world: UkoWorld;
  readonly login: LoggedIn;
  readonly run: RunCommand;
  readonly isOurs: (name: string) => boolean;
}

interface LoggedIn extends Pick<Login, "close"> {
  readonly tokens: Awaited<ReturnType<Login["logIn"]>>;
}

async function logIn(program: Command, world: UkoWorld, account: string | undefined): Promise<LoggedIn> {
  const { ask, err, signal } = world;
  if (ask === undefined) {
    throw invalidInput(
      "uko login needs a terminal",
      "It reads the one-time code at the terminal only. A pipeline uses UKO_API_KEY_FILE or UKO_API_KEY.",
    );
  }
  const login = await world.openLogin(world.environment, { ...outputsTo(world), ...traceOf(program, world) });
  try {
    const page = printable(await login.findPasscodePage(signal), 1_000);
    err.write(`Open this page, sign in, and copy the one-time code that it shows:\n  ${paint(err, "command", page)}\n`);
    world.openBrowser?.(page);
    err.write(`${paint(err, "strong", "A person who gets this code can act as you.")} Enter the code only here.\n`);
    const passcode = (await ask("One-time code: ", true)).trim();
    if (passcode === "") throw new UkoError("UKO_CANCELED", { summary: "No code was entered", detail: "" });
    const tokens = await login.logIn({ passcode, ...(account !== undefined && { account }) }, signal);
    const { displayName, identity } = await tokens.actor(signal);
    const who = identity?.iamId === undefined ? printable(displayName, 60) : sayPerson(identity.iamId, displayName);
    err.write(`You are logged in as ${who}.\n`);
    return { tokens, close: () => login.close() };
  } catch (error) {
    await login.close();
    throw error;
  }
}

/** Reads and runs commands until the person leaves. Returns the exit code of the last one. */
async function runSession(session: LoginContext): Promise<number> {
  const { world } = session;
  world.err.write("Type commands without uko, such as status payments/payroll; exit ends the session.\n");
  let exitCode = 0;
  for (let count = 0; count < maxCommands && !world.signal.aborted; count += 1) {
    const line = await world.readLine?.("uko> ");
    if (line === undefined) break;
    const [first, ...others] = splitWords(line);
    const typed = first === "uko" ? others : [first ?? "", ...others];
    const [name = ""] = typed;
    if (name === "exit" || name === "quit") break;
    if (name === "") continue;
    if (name === "login") world.err.write("You are logged in already; exit ends the session.\n");
    else exitCode = await session.run(typed, await worldInside(session));
  }
  return exitCode;
}

async function runOne(session: LoginContext, typed: readonly string[]): Promise<number> {
  const { world, isOurs } = session;
  const [name = "", ...args] = typed;
  const inside = await worldInside(session);
  if (isOurs(name)) return session.run(typed, inside);
  world.err.write(
    `Warning: ${printable(name, 60)}, and each plugin and hook that it starts, can use your access token.\n`,
  );
  const { UKO_TOKEN } = inside.environment;
  return world.runProgram(name, args, { ...withoutSecrets(world.environment), UKO_TOKEN });
}

/**
 * The world of a command in the session: its calls use the tokens of the log-in, and its environment has no other
 * credential.
 */
async function worldInside({ world, login: { tokens } }: LoginContext): Promise<UkoWorld> {
  const { UKO_API_KEY: _key, UKO_API_KEY_FILE: _file, ...environment }: Environment = world.environment;
  const inside = { ...environment, UKO_TOKEN: await tokens.token(world.signal) };
  return {
    ...world,
    environment: inside,
    openOperations: (given, outputs) => world.openOperations(given, { ...outputs, login: tokens }),
  };
}

/** Splits at blanks outside quotes, and removes the quotes. */
function splitWords(line: string): readonly string[] {
  const words = line.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g);
  return Array.from(words, ([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function tokenNotExposed(words: readonly string[]): UkoError {
  return usageError(
    `${printable(words[0] ?? "", 60)} is not a command of uko, and would get your access token`,
    [
      "A token in an environment reaches every plugin and hook that a program starts.",
      "Next: if you want that, run",
      `  uko login --expose-token -- ${words.map((word) => printable(word, 60)).join(" ")}`,
    ].join("\n"),
  );
}
