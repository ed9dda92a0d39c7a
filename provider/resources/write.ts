/**
 * Writes to an object that other writers may also change. The loop reads the object, decides, and writes, with the ETag
 * of the read if the object has one. If another writer was faster, it begins again, up to a limit. The file also turns
 * the service's refusals into errors, and finds the missing vault or template behind a refused creation. A rotation
 * gets options from this file with which a cancellation of the run does not stop it.
 */

import { throwIfStopped } from "../engine/loop/faults.ts";
import { createSettler, type Settler } from "../engine/loop/settle.ts";
import type { CallOptions, World, Written } from "../engine/ports/world.ts";
import type { CheckFailure } from "../engine/resource/definition.ts";
import { capital, plain } from "../engine/text/words.ts";
import { isUkoError, UkoError } from "../errors.ts";
import type { Reading } from "../lifecycle/key/settling.ts";

/** The usual number of attempts, because another writer may change the object between a read and a write. */
const usualAttempts = 4;
/** The time limit of a call that cannot be canceled, with the read after it. */
const uninterruptibleMs = 120_000;

/** An object after an update, and warnings for the user. */
export interface Changed<Observed> {
  readonly observed: Observed;
  readonly warnings: readonly string[];
}

export interface Created<Observed> extends Changed<Observed> {
  /** Set if the object existed already: none was created. */
  readonly isFound?: true;
}

/** Sends a write; undefined if the object has to be read again. */
export type Send<Result> = (settler: Settler) => Promise<Result | undefined>;

export interface SettledWrite<Observed, Result> {
  readonly world: World;
  readonly options: CallOptions;
  /** `key <id>`, for messages. */
  readonly what: string;
  readonly read: (attempt: number) => Promise<Observed>;
  /**
   * The ETag and the time of a read. Absent for objects without an ETag, whose writes need not wait for the last write to
   * settle.
   */
  readonly readingOf?: (observed: Observed) => Reading;
  /** The write that the object needs at this read, or the result if it needs none. */
  readonly decide: (observed: Observed, attempt: number) => Promise<Result | Send<Result>> | Result | Send<Result>;
  readonly attempts?: number;
  /** The ETag of an object that this run has just created. */
  readonly ownEtag?: string;
  /** The result after the last attempt; by default the run stops. */
  readonly giveUp?: () => Result;
}

/**
 * Reads, decides and writes until a write is done. Throws UKO_CHANGED_MEANWHILE if other writers
 * change the object in every attempt.
 */
export async function writeUntilSettled<Observed, Result extends object>(
  write: SettledWrite<Observed, Result>,
): Promise<Result> {
  const { world, options, what, read, readingOf, decide, attempts = usualAttempts, ownEtag, giveUp } = write;
  const settler = createSettler(world, what, options, ownEtag);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const observed = await read(attempt);
    const decision = await decide(observed, attempt);
    if (typeof decision !== "function") return decision;
    if (readingOf !== undefined && !(await settler.isSettled(readingOf(observed)))) continue;
    const result = await decision(settler);
    if (result !== undefined) return result;
  }
  if (giveUp !== undefined) return giveUp();
  throw new UkoError("UKO_CHANGED_MEANWHILE");
}

/** The words about a write that the service may refuse. */
export interface WriteWords {
  /** `change key "payroll"`. */
  readonly act: string;
  /** Sentences about the role that the write requires. */
  readonly needs: string;
  /** The right that is missing, for the summary. */
  readonly right?: string;
  /** For a creation, what exists after a denial: `No key was created.` */
  readonly effect?: string;
  /** The sentence about what a refusal means for the object; it ends with a blank or a line end. */
  readonly left: string;
  /** The beginning of the sentence about a refusal; by default `The service did not`. */
  readonly refusal?: string;
  /** The name of the service; by default `The service`. */
  readonly service?: string;
  /** The data of the error about a refusal. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Whether the write carries inputs, so that a 400 is about the program. By default true. */
  readonly hasInputs?: boolean;
}

/** A write that the service did not carry out. */
export type Denied = Extract<Written<unknown>, { kind: "forbidden" | "refused" }>;

export function denialOf(written: Denied, words: WriteWords): UkoError {
  const { act, needs, right, effect, left, data, service = "The service", hasInputs = true } = words;
  const { refusal = `${service} did not` } = words;
  const created = effect === undefined ? "" : `${effect}\n`;
  if (written.kind === "forbidden") {
    const said =
      written.message === ""
        ? ""
        : ` Response of ${service === "KMS" ? service : "the service"}: ${plain(written.message)}`;
    return new UkoError("UKO_RIGHTS_MISSING", {
      summary: `This identity cannot ${act}${right === undefined ? "" : `: missing right ${right}`}`,
      detail: `${needs}${said}\n${created}`.trimEnd(),
    });
  }
  return new UkoError(written.status === 400 && hasInputs ? "UKO_INPUT_INVALID" : "UKO_SERVICE_REFUSED", {
    summary: `${refusal} ${act}: ${plain(written.message)}`,
    detail: `${created}${left}Correlation ID: ${written.correlationId}`,
    ...(data !== undefined && { data }),
  });
}

/** Throws if a write was forbidden or refused; a lost response is left to the next read. */
export function throwIfDenied(written: Written<unknown>, words: WriteWords): void {
  if (written.kind === "forbidden" || written.kind === "refused") throw denialOf(written, words);
}

/**
 * Options for a rotation and the read after it. Canceling in between would leave a rotated key that
 * no state knows about, so both ignore cancellation (decision 0026). Throws UKO_CANCELED if the run
 * was canceled before.
 */
export function withoutCancellation(options: CallOptions): CallOptions {
  throwIfStopped(options.signal);
  return { ...options, signal: AbortSignal.timeout(uninterruptibleMs) };
}

const maxNamed = 20;

interface NamedByCreation {
  readonly vaultId: string;
  readonly template?: string | undefined;
}

/** Finds the vault or template of a creation that does not exist, and those that exist. Undefined if both exist. */
export async function findMissing(
  world: World,
  { vaultId, template }: NamedByCreation,
  options: CallOptions,
): Promise<Required<CheckFailure> | undefined> {
  const listed = (names: readonly string[]): string =>
    names.length === 0 ? "none" : `${names.slice(0, maxNamed).join(", ")}${names.length > maxNamed ? ", …" : ""}`;
  const vaults = await world.vaults.list({}, options);
  if (!vaults.some(({ id }) => id === vaultId)) {
    const readable = vaults.map(({ id, name }) => `${id} (${plain(name, 100)})`);
    const reason = `you cannot read vault ${vaultId}, or it does not exist`;
    return { property: "vaultId", reason, remedy: `vaults that you can read: ${listed(readable)}` };
  }
  if (template === undefined) return undefined;
  const names = (await world.templates.list({ vaultId }, options)).map(({ name }) => plain(name, 100));
  if (names.includes(template)) return undefined;
  const reason = `vault ${vaultId} has no template "${template}"`;
  return { property: "template", reason, remedy: `its templates: ${listed(names.toSorted())}` };
}

/** Describes what is missing, for the message of a refused creation or lookup. Undefined also if a list cannot be read. */
export async function describeMissing(
  world: World,
  named: NamedByCreation,
  options: CallOptions,
): Promise<string | undefined> {
  try {
    const missing = await findMissing(world, named, options);
    return missing && `${capital(missing.reason)}. ${capital(missing.remedy)}.`;
  } catch (error) {
    if (!isUkoError(error) || error.code === "UKO_CANCELED") throw error;
    return undefined;
  }
}
