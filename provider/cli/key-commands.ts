/**
 * Defines the commands that act on single keys, such as `uko status` and `uko withdraw`. Each one parses its arguments
 * and calls one operation for each key.
 */

import { Argument, type Command, Option } from "commander";
import { longestWait } from "../compose/text.ts";
import type { Report } from "../engine/loop/report.ts";
import { confirmingText } from "../text/printable.ts";
import {
  type KeyPath,
  type KmsKeyPath,
  parseAnyKey,
  parseDuration,
  parseKey,
  parseReason,
  repeatable,
  type TypedKey,
  usageError,
} from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { askPerson, canPersonType, isTyped } from "./hand.ts";
import type { CommandName } from "./help.ts";
import { requestToFile } from "./kms-approval.ts";
import { reportFor, reportText } from "./print.ts";
import { type Recording, recordedWorld, recordOption } from "./record-option.ts";
import { reasonOnKms, requesting } from "./request-command.ts";
import type { OpenRun } from "./run.ts";
import { type KeyCall, type KeysOperation, runOnKeys } from "./run-on-keys.ts";
import { addReadingOptions, addSelectionOptions, isRemoval, type SelectionOptions, selectionIn } from "./selection.ts";
import { confirmFound, managedRefs, yesOption } from "./typed-keys.ts";

export interface KeyCommands {
  readonly program: Command;
  readonly world: CliWorld;
  readonly end: (exitCode: number) => void;
}

/** The options as the parser passes them; each command has some of them. */
interface Given extends SelectionOptions, Recording {
  readonly json?: true;
  readonly yes?: true;
  readonly reason?: string;
  readonly out?: string;
  readonly wait?: number;
}

export function addKeyCommands({ program, world, end }: KeyCommands): void {
  const run: RunOnTypedKeys = async (name, keys, options, rest) => {
    const selection = selectionIn(options);
    if (keys.length === 0 && Object.keys(selection).length === 0) {
      throw usageError("No key was named", "Name keys, or choose them with --vault, --label or another option.");
    }
    const recorded = recordedWorld(world, name, options);
    end(await runOnKeys(recorded, { keys, selection, json: options.json === true, ...rest }));
  };

  /** A command that can be undone, so that a script may choose keys by name. */
  const reversible = (name: "withdraw" | "reactivate", description: string, actsOf: (given: Given) => Acts): Command =>
    keyCommand(program, { name, keys: "several", description, ...actsOf({}) })
      .option(...yesOption)
      .action((typed: TypedKey[] = [], given: Given, { parent }: Command) => {
        // The question names the command as the person typed it: `decline` is an alias of `withdraw`.
        const writes = parent?.args[0] === "decline" ? "decline" : name;
        return run(name, typed, given, { ...actsOf(given), writes, yes: given.yes === true });
      });
  const plain = (name: CommandName, keys: "one" | "several", description: string, acts: Acts): Command =>
    keyCommand(program, { name, keys, description, ...acts }).action(
      (typed: TypedKey | TypedKey[] = [], given: Given) => run(name, [typed].flat(), given, acts),
    );

  plain("status", "several", "Show the state of a key and what its deletion waits for; changes nothing", {
    act: ({ operations, ref, options }) => operations.status(ref, options),
    actOnKms: ({ operations, ref, options }) => operations.status(ref, options),
  });
  plain(
    "plan",
    "several",
    "Show all steps to delete a key, with effects, earliest dates, the point of no return and roles; changes nothing",
    {
      act: ({ operations, ref, options }) => operations.plan(ref, options),
      actOnKms: ({ operations, ref, options }) => operations.plan(ref, options),
    },
  );

  keyCommand(program, {
    name: "request",
    keys: "several",
    description: "Request the next step of a deletion; takes no step",
    ...requesting(world, {}),
  })
    .addOption(reasonOption("reason for the second person"))
    .option("--yes", "do not ask about keys that a name or an option selects; the request of a destruction always asks")
    .option("--out <file>", "write your signed requests for kms/ keys to this file, where signatures are demanded")
    .action(async (keys: TypedKey[] = [], given: Given) => {
      const { out, json, yes } = given;
      if (out === undefined) return run("request", keys, given, { ...requesting(world, given), yes: yes === true });
      end(await requestToFile(recordedWorld(world, "request", given), keys, { out, json: json === true }));
    });
  addContinue(program, world, run);

  const withdrawal = "Withdraw your request or approval, or decline another person's; the key keeps its state";
  reversible("withdraw", withdrawal, ({ reason }) => ({
    writes: "withdraw",
    passesLeave: true,
    act: ({ operations, ref, options }) =>
      operations.withdraw(ref, { ...options, ...(reason !== undefined && { reason }) }),
    async actOnKms({ operations, ref, options }) {
      if (reason !== undefined) throw reasonOnKms();
      return operations.withdraw(ref, options);
    },
  }))
    .alias("decline")
    .addOption(reasonOption("why you decline, for the requester to read"));
  reversible(
    "reactivate",
    "Make a deactivated key active again, or restore a KMS key, and withdraw a pending request",
    () => ({
      writes: "reactivate",
      passesLeave: true,
      act: ({ operations, ref, options }) => operations.reactivate(ref, options),
      actOnKms: ({ operations, ref, options }) => operations.reactivate(ref, options),
    }),
  );
  const description =
    "Synchronize the keystores with the state of a key; asks if no approval of its destruction is known";
  keyCommand(program, { name: "sync", keys: "one", description, writes: "sync" }).action(
    (typed: TypedKey, given: Given) => run("sync", [typed], given, syncing(world, given)),
  );
}

/** Asks before a sync of a key whose destruction no person is known to have approved. */
function syncing(world: CliWorld, { json }: Given): Acts {
  return {
    writes: "sync",
    async act({ operations, ref, options }) {
      const report = await operations.sync(ref, options);
      if (report.code !== "UKO_DESTRUCTION_UNAPPROVED" || json === true || !canPersonType(world)) return report;
      const shown = await typedLabel(world, report, { operations, ref, options }, ({ confirmedUnapproved }) =>
        confirmedUnapproved === undefined ? undefined : "synchronize the keystores of the key",
      );
      if (shown === undefined) return report;
      const { confirmedUnapproved } = shown;
      return operations.syncConfirmed(ref, { confirmedUnapproved }, options);
    },
  };
}

function reasonOption(says: string): Option {
  return new Option("--reason <text>", `${says}, at most 500 characters; not for kms/ keys`).argParser(parseReason);
}

type Acts = Omit<KeysOperation, "keys" | "json">;
type RunOnTypedKeys = (name: CommandName, keys: readonly TypedKey[], options: Given, acts: Acts) => Promise<void>;

function addContinue(program: Command, world: CliWorld, run: RunOnTypedKeys): void {
  keyCommand(program, {
    name: "continue",
    keys: "several",
    description: "Take the steps of a deletion that are possible now; approves nothing",
    steps: ["deactivate", "destroy", "remove"],
    ...continuing(world, {}),
  })
    .addOption(
      new Option(
        "--wait <duration>",
        "how long to wait for people and time, such as 90s, 30m, 5h, 7d (default: UKO_WAIT)",
      ).argParser(parseDuration("--wait", longestWait)),
    )
    .option("--yes", "do not ask before a key is destroyed or removed; without a terminal uko never asks")
    .action((keys: TypedKey[] = [], given: Given) => {
      refuseNamedRemoval(keys, given);
      const isAlone = keys.length === 1 && Object.keys(selectionIn(given)).length === 0;
      return run("continue", keys, given, continuing(world, given, isAlone));
    });
}

/**
 * The operation of `uko continue`: takes the steps that are possible, on requests of the caller that another person has
 * approved. With `--step remove` it only removes, so that a nightly run over whole vaults never acts on an approval.
 * Only a key that was named alone is removed despite a hold, or without a known approval of its destruction.
 */
function continuing(world: CliWorld, given: Given, isAlone = false): Acts {
  const { wait, yes, json } = given;
  return {
    writes: "continue",
    asks: yes !== true,
    async confirms(run, keys, found) {
      const isAsking = world.ask !== undefined && json !== true && yes !== true;
      if (found.length === 0 || !isAsking || (isAlone && (await asksAtEachStep(run, keys)))) return;
      await confirmFound(world, "continue", found);
    },
    async act({ operations, settings, ref, options }) {
      const budget = { budgetMs: wait ?? settings.waitMs ?? 0, program: world.program };
      const report = isRemoval(given)
        ? await operations.remove(ref, options, budget)
        : await operations.continue(ref, undefined, budget, options);
      if (isAlone && yes !== true && json !== true && asksBeforeRemoval(report) && canPersonType(world)) {
        return removeConfirmed(world, report, { operations, ref, options });
      }
      const confirmed = json === true || isRemoval(given) ? undefined : await confirmRequest(world, report);
      return confirmed === undefined ? report : operations.continue(ref, confirmed, budget, options);
    },
    actOnKms: ({ operations, ref, options }) => operations.continue(ref, options),
  };
}

/**
 * Whether the key that was named alone can only be destroyed or removed. Each of these steps asks, and its question names
 * the key, so another question about the name would be one too many. A deactivation does not ask, nor does
 * `--step remove`, which has to ask about the keys that it chose.
 */
async function asksAtEachStep(
  { operations, settings: { instanceId }, options }: OpenRun,
  keys: readonly (KeyPath | KmsKeyPath)[],
): Promise<boolean> {
  const [ref] = managedRefs(keys, instanceId);
  if (ref === undefined) return false;
  const { keyState = "" } = await operations.status(ref, options);
  return ["pre_activation", "deactivated", "destroyed"].includes(keyState);
}

/** Throws if keys are named, too. The run would take another step on them than without `--step remove`. */
function refuseNamedRemoval(keys: readonly TypedKey[], given: Given): void {
  if (!isRemoval(given) || (keys.length === 0 && given.keys === undefined)) return;
  throw usageError(
    "--step remove chooses its keys itself",
    "Omit the keys. For keys that you name, omit --step: uko continue then takes the next step of each key.",
  );
}

function asksBeforeRemoval({ code, keyState }: Report): boolean {
  return code === "UKO_DESTRUCTION_UNAPPROVED" || (code === "UKO_KEY_HELD" && keyState === "destroyed");
}

type AskedCall = Pick<KeyCall, "operations" | "ref" | "options">;
type Shown = NonNullable<Awaited<ReturnType<KeyCall["operations"]["lookBeforeRemoval"]>>>;

/**
 * Shows the report and asks for the label of the key as a fresh look finds it. Returns what the look showed, if the
 * person types the label. `purposeOf` says what the answer does; it is undefined if there is nothing to ask.
 */
async function typedLabel(
  world: CliWorld,
  report: Report,
  { operations, ref, options }: AskedCall,
  purposeOf: (shown: Shown) => string | undefined,
): Promise<Shown | undefined> {
  world.out.write(`${reportText(reportFor(world, report), world.out)}\n`);
  const shown = await operations.lookBeforeRemoval(ref, options);
  const purpose = shown && purposeOf(shown);
  if (shown === undefined || purpose === undefined) return undefined;
  const phrase = confirmingText(shown.label, ref.keyId);
  const isConfirmed = await isTyped(world, `To ${purpose}, type its label, "${phrase}": `, phrase);
  return isConfirmed ? shown : undefined;
}

/**
 * Removes the metadata of a destroyed key despite its hold, or without a known approval of its destruction, if the
 * person types the label. Despite a hold, the person also types a reason. The service may refuse the release of a hold
 * on a destroyed key, and the key would otherwise block its vault for good.
 */
async function removeConfirmed(world: CliWorld, report: Report, call: AskedCall): Promise<Report> {
  const { operations, ref, options } = call;
  const shown = await typedLabel(world, report, call, ({ confirmedHold, confirmedUnapproved }) => {
    const despite = [
      ...(confirmedHold === undefined ? [] : ["despite the hold"]),
      ...(confirmedUnapproved === undefined ? [] : ["although no approval of its destruction is known"]),
    ].join(", ");
    return `remove what is left of the key ${despite}`;
  });
  if (shown === undefined) return report;
  const { label: _typed, ...confirmed } = shown;
  const { confirmedHold } = confirmed;
  if (confirmedHold === undefined) return operations.removeConfirmed(ref, confirmed, options);
  const reason = parseReason(await askPerson(world, "Why do you remove a key that is held? "));
  return reason === "" ? report : operations.removeConfirmed(ref, { ...confirmed, reason }, options);
}

/**
 * Asks whether the caller made the approved request, if the request was made with another credential. Only the caller can
 * know, because another person may have written it in the caller's name. Returns the ID of the approval if the caller
 * types the label.
 */
async function confirmRequest(world: CliWorld, report: Report): Promise<string | undefined> {
  const { label = "", deletion } = report;
  if (deletion.isUnconfirmed !== true || !canPersonType(world)) return undefined;
  world.out.write(`${reportText(reportFor(world, report), world.out)}\n`);
  const phrase = confirmingText(label, report.keyId);
  const question = `Did you request this? Type the label of the key, "${phrase}", to take the step: `;
  return (await isTyped(world, question, phrase)) ? deletion.recordId : undefined;
}

interface KeyCommand extends Pick<Acts, "writes" | "actOnKms"> {
  readonly name: CommandName;
  readonly keys: "one" | "several";
  readonly description: string;
  readonly steps?: Parameters<typeof addSelectionOptions>[1];
}

/**
 * Adds a command. It accepts KMS keys only if it can act on them, and asks about a key that was found by a name only if
 * it writes.
 */
function keyCommand(program: Command, { name, keys, description, steps, writes, actOnKms }: KeyCommand): Command {
  const parse = actOnKms === undefined ? parseKey : parseAnyKey;
  const paths = actOnKms === undefined ? "<vaultId>/<keyId>" : "<vaultId>/<keyId>, kms/<keyId>";
  const kmsName = actOnKms === undefined ? "" : ", kms/<name>";
  const names = `${writes === undefined ? "," : "; at a terminal also"} <vault>/<label>${kmsName} or the start of an ID`;
  const form = `${paths}${names}`;
  const isSeveral = keys === "several";
  const argument =
    keys === "one"
      ? new Argument("<key>", form).argParser(parse)
      : new Argument("[key...]", `${form}; one or more`).argParser(repeatable(parse));
  const command = program.command(name).description(description).addArgument(argument);
  if (isSeveral && writes !== undefined) addSelectionOptions(command, steps);
  else if (isSeveral) addReadingOptions(command);
  command.option("--json", "one line of JSON per key");
  return name === "plan" ? command : command.addOption(recordOption());
}
