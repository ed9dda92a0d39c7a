/** The commands about keys: each parses its arguments and calls one operation. */

import { Argument, type Command, Option } from "commander";
import { readConsents } from "../compose-text.ts";
import { UkoError } from "../errors.ts";
import {
  collectConsents,
  parseAnyKey,
  parseConsents,
  parseDigest,
  parseDuration,
  parseKey,
  parseReason,
  parseRecordId,
  repeatable,
  type TypedKey,
} from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { type CommandName, exampleHelp } from "./help.ts";
import { type ApproveSetOptions, runApproveSet } from "./review-commands.ts";
import { type KeyCall, type KeyRun, runOnKeys } from "./run-on-keys.ts";

export interface KeyCommands {
  readonly program: Command;
  readonly world: CliWorld;
  readonly end: (exitCode: number) => void;
}

interface JsonOption {
  readonly json?: true;
}

export function addKeyCommands({ program, world, end }: KeyCommands): void {
  const run: Run = async (keys, options, rest) =>
    end(await runOnKeys(world, { keys, json: options.json === true, ...rest }));

  const plain = (name: CommandName, keys: "one" | "several", description: string, acts: Acts): Command =>
    keyCommand(program, { name, keys, description, ...acts }).action(
      (typed: TypedKey | TypedKey[], given: JsonOption) => run([typed].flat(), given, acts),
    );

  plain("status", "several", "Show the state of a key and what its deletion waits for; changes nothing", {
    act: ({ operations, ref, options }) => operations.status(ref, options),
    actOnKms: ({ operations, ref, options }) => operations.status(ref, options),
  });
  plain(
    "plan",
    "several",
    "Show all steps to delete a key, with effects, earliest dates, the point of no return and roles; changes nothing",
    { act: ({ operations, ref, options }) => operations.plan(ref, options) },
  );

  keyCommand(program, {
    name: "request",
    keys: "several",
    description: "Request the next step of a deletion; takes no step",
    ...requesting(),
  })
    .addOption(
      new Option(
        "--reason <text>",
        "reason for the second person, at most 500 characters; not for kms/ keys",
      ).argParser(parseReason),
    )
    .action((keys: TypedKey[], given: JsonOption & { readonly reason?: string }) => {
      if (given.reason !== undefined) refuseReasonOnKms(keys);
      return run(keys, given, requesting(given.reason));
    });
  addConsent(program, run);
  addApprove({ program, world, end }, run);
  addContinue(program, run);

  plain(
    "withdraw",
    "several",
    "Withdraw your request or approval, or decline another person's; the key keeps its state",
    {
      writes: "withdraw",
      act: ({ operations, ref, options }) => operations.withdraw(ref, options),
      actOnKms: ({ operations, ref, options }) => operations.withdraw(ref, options),
    },
  ).alias("decline");
  plain("reactivate", "several", "Make a deactivated key active again, and withdraw a pending request", {
    writes: "reactivate",
    act: ({ operations, ref, options }) => operations.reactivate(ref, options),
  });
  plain("sync", "one", "Synchronize the keystores with the state of a key", {
    writes: "sync",
    act: ({ operations, ref, options }) => operations.sync(ref, options),
  });
}

type Acts = Omit<KeyRun, "keys" | "json">;
type Run = (keys: readonly TypedKey[], options: JsonOption, acts: Acts) => Promise<void>;

function requesting(reason?: string): Acts {
  return {
    writes: "request",
    act: ({ operations, ref, options }) => operations.request(ref, reason, options),
    actOnKms: ({ operations, ref, options }) => operations.request(ref, options),
  };
}

/** A deletion window has no room for a reason, and its author would believe that others can read it. */
function refuseReasonOnKms(keys: readonly TypedKey[]): void {
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
      const recordIdAt = (index: number): string => {
        const recordId = pairs[index]?.recordId;
        if (recordId === undefined) throw new UkoError("UKO_BUG");
        return recordId;
      };
      return run(
        pairs.map(({ key }) => key),
        given,
        {
          writes: "consent",
          act: ({ operations, ref, index, options }) => operations.consent(ref, recordIdAt(index), options),
        },
      );
    });
}

interface ApproveOptions extends ApproveSetOptions {
  readonly wait?: string;
}

/** One key by the ID of its request, or the keys of a review by its digest. */
function addApprove({ program, world, end }: KeyCommands, run: Run): void {
  program
    .command("approve")
    .description("Approve a request, or all requests in a review, and take the step")
    .usage("[options] <key> <recordId>\n       uko approve [options] --review <file> --digest <sha256>")
    .addArgument(new Argument("[key]", "<vaultId>/<keyId>, or kms/<keyId> for a KMS key").argParser(parseAnyKey))
    .addArgument(new Argument("[recordId]", "the ID of its request, or the window of a kms/ key"))
    .option("--review <file>", "the file that uko review wrote")
    .addOption(new Option("--digest <sha256>", "the SHA-256 that uko review printed").argParser(parseDigest))
    .option("--record-only", "write your approval, so that the requester can act; take no step")
    .option("--yes", "do not ask about a single key; with --review, required if there is no terminal")
    .addOption(
      new Option("--wait <duration>", "how long to wait for people and time (default: UKO_WAIT)").argParser(
        parseDuration("--wait"),
      ),
    )
    .option("--json", "one line of JSON per key")
    .addHelpText("after", exampleHelp("approve"))
    .action(async (key: TypedKey | undefined, recordId: string | undefined, given: ApproveOptions) => {
      const { review, digest, recordOnly, wait, yes } = given;
      if (review !== undefined && key === undefined && wait === undefined) {
        return end(await runApproveSet(world, { ...given, review }));
      }
      if (review !== undefined || digest !== undefined || key === undefined || recordId === undefined) {
        throw new UkoError("UKO_INPUT_INVALID", {
          summary: "uko approve takes a key and the ID of its request, or a review and its digest",
          detail:
            "uko status <key> shows the ID. uko approve --help shows both forms. With --review, omit the key and --wait.",
        });
      }
      const consent = collectConsents(recordId);
      return run(
        [key],
        given,
        recordOnly === true ? approval(key, recordId) : { ...steps({ consent, wait, yes }), writes: "approve" },
      );
    });
}

function approval(key: TypedKey, typed: string): Acts {
  if ("kmsKeyId" in key) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "A KMS key cannot be approved without taking the step",
      detail: "Omit --record-only: the second person destroys the KMS key.",
    });
  }
  const recordId = parseRecordId(typed);
  return { writes: "approve", act: ({ operations, ref, options }) => operations.consent(ref, recordId, options) };
}

interface ContinueOptions extends JsonOption {
  readonly consent?: readonly string[];
  readonly wait?: string;
  readonly yes?: true;
}

function consentsOf(
  { consents }: KeyCall["settings"],
  { consent = [] }: Pick<ContinueOptions, "consent">,
): readonly string[] {
  return readConsents([...consents, ...consent], "This run");
}

function addContinue(program: Command, run: Run): void {
  keyCommand(program, {
    name: "continue",
    keys: "several",
    description: "Take the steps of a deletion that are possible now: deactivate, destroy, remove",
    ...steps({}),
  })
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
      ).argParser(parseDuration("--wait")),
    )
    .option("--yes", "do not ask before a key is destroyed or removed; without a terminal uko never asks")
    .action((keys: TypedKey[], given: ContinueOptions) => run(keys, given, steps(given)));
}

/** Takes the steps that are possible, with the approvals of the command and of the environment. */
function steps(
  given: Pick<ContinueOptions, "consent"> & { readonly wait?: string | undefined; readonly yes?: true | undefined },
): Acts {
  return {
    writes: "continue",
    asks: given.yes !== true,
    ...(given.wait !== undefined && { over: { UKO_WAIT: given.wait } }),
    act: ({ operations, settings, ref, options }) => {
      const consents = consentsOf(settings, given);
      return operations.continue(ref, consents, { budgetMs: settings.waitMs ?? 0 }, options);
    },
    actOnKms: ({ operations, settings, ref, options }) =>
      operations.continue(ref, consentsOf(settings, given), options),
  };
}

interface KeyCommand extends Pick<Acts, "writes" | "actOnKms"> {
  readonly name: CommandName;
  readonly keys: "one" | "several";
  readonly description: string;
}

/** Only a command that can act on KMS keys accepts them, and only one that writes asks about a name. */
function keyCommand(program: Command, { name, keys, description, writes, actOnKms }: KeyCommand): Command {
  const parse = actOnKms === undefined ? parseKey : parseAnyKey;
  const paths = actOnKms === undefined ? "<vaultId>/<keyId>" : "<vaultId>/<keyId>, kms/<keyId>";
  const names =
    writes === undefined
      ? ", <vault>/<label> or the start of an ID"
      : "; at a terminal also <vault>/<label> or the start of an ID";
  const form = `${paths}${names}`;
  const argument =
    keys === "one"
      ? new Argument("<key>", form).argParser(parse)
      : new Argument("<key...>", `${form}; one or more`).argParser(repeatable(parse));
  return program
    .command(name)
    .description(description)
    .addArgument(argument)
    .option("--json", "one line of JSON per key")
    .addHelpText("after", exampleHelp(name));
}
