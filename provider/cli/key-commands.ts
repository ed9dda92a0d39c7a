/** The commands about keys: each parses its arguments and calls one operation. */

import { Argument, type Command, Option } from "commander";
import { readConsents } from "../compose.ts";
import type { Loosening } from "../engine/key/commands.ts";
import { UkoError } from "../errors.ts";
import {
  collectConsents,
  type KeyPath,
  type KmsKeyPath,
  parseAnyKeyPath,
  parseConsents,
  parseKeyPath,
  parseReason,
  parseWait,
} from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { type CommandName, exampleHelp } from "./help.ts";
import { type KeyCall, type KeyRun, runOnKeys } from "./run-on-keys.ts";

/** How often a waiting run reads the key, because others may act on it meanwhile. */
const pollIntervalMs = 30_000;

export interface KeyCommands {
  readonly program: Command;
  readonly world: CliWorld;
  /** Receives the exit code of the command that ran. */
  readonly end: (exitCode: number) => void;
}

interface JsonOption {
  readonly json?: true;
}

export function addKeyCommands({ program, world, end }: KeyCommands): void {
  const run: Run = async (keys, options, rest) =>
    end(await runOnKeys(world, { keys, json: options.json === true, ...rest }));

  keyCommand(
    program,
    "status",
    "several",
    "Show the state of a key and what its deletion waits for; changes nothing",
  ).action((keys: AnyKeyPath[], given: JsonOption) =>
    run(keys, given, {
      act: ({ operations, ref, options }) => operations.status(ref, options),
      actOnKms: ({ operations, ref, options }) => operations.status(ref, options),
    }),
  );

  keyCommand(
    program,
    "plan",
    "several",
    "Show all steps to delete a key, with effects, earliest dates, the point of no return and roles; changes nothing",
  ).action((keys: KeyPath[], given: JsonOption) =>
    run(keys, given, { act: ({ operations, ref, options }) => operations.plan(ref, options) }),
  );

  keyCommand(program, "request", "several", "Request the next step of a deletion; takes no step")
    .addOption(
      new Option(
        "--reason <text>",
        "reason for the second person, at most 500 characters; not for kms/ keys",
      ).argParser(parseReason),
    )
    .action((keys: AnyKeyPath[], given: JsonOption & { readonly reason?: string }) => {
      if (given.reason !== undefined) refuseReasonOnKms(keys);
      return run(keys, given, {
        act: ({ operations, ref, options }) => operations.request(ref, given.reason, options),
        actOnKms: ({ operations, ref, options }) => operations.request(ref, options),
      });
    });

  addConsent(program, run);

  addContinue(program, run);
  addLoosen(program, run);
  addWaysBack(program, run);

  keyCommand(program, "sync", "one", "Synchronize the keystores with a key").action((key: KeyPath, given: JsonOption) =>
    run([key], given, { act: ({ operations, ref, options }) => operations.sync(ref, options) }),
  );
}

type AnyKeyPath = KeyPath | KmsKeyPath;
type Run = (keys: readonly AnyKeyPath[], options: JsonOption, rest: Omit<KeyRun, "keys" | "json">) => Promise<void>;

/**
 * A deletion window has no room for a reason, and its author would believe that others can read it.
 */
function refuseReasonOnKms(keys: readonly AnyKeyPath[]): void {
  if (!keys.some((key) => "kmsKeyId" in key)) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "KMS does not store a reason with a deletion window",
    detail: "Omit --reason for kms/<keyId>, and tell the second person yourself.",
  });
}

/** The arguments are pairs, so that several requests can be approved in one run. */
function addConsent(program: Command, run: Run): void {
  program
    .command("consent")
    .description("Approve another person's request, so that this person can act on it; takes no step")
    .usage("[options] <key> <recordId> [<key> <recordId> ...]")
    .addArgument(
      new Argument(
        "<pairs...>",
        "a key, <vaultId>/<keyId>, and the ID of its request, 32 hexadecimal digits; repeatable",
      ),
    )
    .option("--json", "one line of JSON per key")
    .addHelpText("after", exampleHelp("consent"))
    .action((words: readonly string[], given: JsonOption) => {
      const pairs = parseConsents(words);
      const recordIdOf = ({ vaultId, keyId }: KeyPath): string => {
        const pair = pairs.find(({ key }) => key.vaultId === vaultId && key.keyId === keyId);
        if (pair === undefined) throw new UkoError("UKO_BUG");
        return pair.recordId;
      };
      return run(
        pairs.map(({ key }) => key),
        given,
        { act: ({ operations, ref, options }) => operations.consent(ref, recordIdOf(ref), options) },
      );
    });
}

interface ContinueOptions extends JsonOption {
  readonly consent?: readonly string[];
  readonly wait?: string;
}

function consentsOf({ consents }: KeyCall["settings"], { consent = [] }: ContinueOptions): readonly string[] {
  return readConsents([...consents, ...consent], "This run");
}

function addContinue(program: Command, run: Run): void {
  keyCommand(
    program,
    "continue",
    "several",
    "Take the steps of a deletion that are possible now: deactivate, destroy, remove",
  )
    .addOption(
      new Option(
        "--consent <id>",
        "approve the request with this ID, or this window of a kms/ key; repeatable, in addition to UKO_CONSENT",
      ).argParser(collectConsents),
    )
    .addOption(
      new Option(
        "--wait <duration>",
        "how long to wait for people and time, such as 90s, 30m, 5h, 7d (default: UKO_WAIT)",
      ).argParser(parseWait),
    )
    .action((keys: AnyKeyPath[], given: ContinueOptions) =>
      run(keys, given, {
        ...(given.wait !== undefined && { over: { UKO_WAIT: given.wait } }),
        act: ({ operations, settings, ref, options }) => {
          const consents = consentsOf(settings, given);
          return operations.continue(ref, consents, { budgetMs: settings.waitMs ?? 0, pollIntervalMs }, options);
        },
        actOnKms: ({ operations, settings, ref, options }) =>
          operations.continue(ref, consentsOf(settings, given), options),
      }),
    );
}

interface LoosenOptions extends JsonOption {
  readonly to: Loosening["to"];
  readonly consent?: readonly string[];
  readonly reason?: string;
}

function addLoosen(program: Command, run: Run): void {
  keyCommand(
    program,
    "loosen",
    "one",
    "Request that fewer people can delete a key, or approve another person's request with --consent",
  )
    .addOption(
      new Option(
        "--to <rule>",
        "destroy: two people for the destruction only; single: one person for both steps, if the program says so too",
      )
        .choices(["destroy", "single"])
        .makeOptionMandatory(),
    )
    .addOption(new Option("--consent <id>", "approve the request with this ID").argParser(collectConsents))
    .addOption(
      new Option("--reason <text>", "reason for the second person, at most 500 characters").argParser(parseReason),
    )
    .action((key: KeyPath, { to, consent = [], reason, json }: LoosenOptions) =>
      run([key], json === undefined ? {} : { json }, {
        act: ({ operations, ref, options }) =>
          operations.loosen(ref, { to, consents: consent, ...(reason !== undefined && { reason }) }, options),
      }),
    );
}

function addWaysBack(program: Command, run: Run): void {
  keyCommand(program, "withdraw", "several", "Withdraw a pending request or approval; the key keeps its state").action(
    (keys: AnyKeyPath[], given: JsonOption) =>
      run(keys, given, {
        act: ({ operations, ref, options }) => operations.withdraw(ref, options),
        actOnKms: ({ operations, ref, options }) => operations.withdraw(ref, options),
      }),
  );
  keyCommand(
    program,
    "reactivate",
    "several",
    "Make a deactivated key active again, and withdraw a pending request",
  ).action((keys: KeyPath[], given: JsonOption) =>
    run(keys, given, { act: ({ operations, ref, options }) => operations.reactivate(ref, options) }),
  );
}

/** Commands that also accept KMS keys; all others accept only managed keys. */
const takeKmsKeys: readonly CommandName[] = ["status", "request", "continue", "withdraw"];

function keyCommand(program: Command, name: CommandName, keys: "one" | "several", description: string): Command {
  const [form, parse] = takeKmsKeys.includes(name)
    ? (["<vaultId>/<keyId>, or kms/<keyId> for a KMS key", parseAnyKeyPath] as const)
    : (["<vaultId>/<keyId>", parseKeyPath] as const);
  const collect = (text: string, before: readonly AnyKeyPath[] = []): readonly AnyKeyPath[] => [...before, parse(text)];
  const argument =
    keys === "one"
      ? new Argument("<key>", form).argParser(parse)
      : new Argument("<key...>", `${form}; one or more`).argParser(collect);
  return program
    .command(name)
    .description(description)
    .addArgument(argument)
    .option("--json", "one line of JSON per key")
    .addHelpText("after", exampleHelp(name));
}
