/**
 * Runs `uko probe`, which compares a real service with the emulator: connects to the services, names the product that
 * answers, and appends to the recording. It also writes a list of the keys that it created and could not remove yet,
 * to a file of its own. That list has real IDs, so it is never part of what a person sends. The list has a seal, an
 * HMAC with the API key. Without this seal, a later run takes no key from it: a colleague could have written another
 * key into it. The run is refused if the file for a new recording has content already, if the recording to go on with
 * does not exist, or if the second API key is of the same person. It also refuses to create keys if
 * UKO_DUAL_AUTHORIZATION requires two people, because a probe deletes its keys alone.
 */

import { readFileSync, statSync } from "node:fs";
import type { CallOptions } from "../engine/ports/world.ts";
import { type LeftKey, type ProbeRequest, type ProbeSummary, walkProbes } from "../engine/probe/walk.ts";
import { UkoError } from "../errors.ts";
import { isSame } from "../lifecycle/observation.ts";
import { witnessOf } from "../services/broker.ts";
import { appendLine, jsonLine, requireAppendable, systemSays } from "../services/durable-append.ts";
import { type Endpoint, isLoopbackEndpoint, readDocumentedHost, regionForm } from "../services/http/allowed-hosts.ts";
import type { WatchedExchange } from "../services/http/client.ts";
import { createTokens } from "../services/iam.ts";
import { readSecretFile } from "../services/secret-file.ts";
import { createWire } from "../services/wire.ts";
import type { Environment, Settings } from "../settings.ts";
import { parseJson } from "../text/encodings.ts";
import { monotonicMs, type Outputs, openWorld, sha256 } from "./world.ts";

export { exitCodeOf, sayProbes } from "../engine/probe/messages.ts";

export interface ProbeChoices {
  /** The path of the recording; the keys that are left are in `<path>.keys`. */
  readonly out: string;
  readonly isResumed: boolean;
  readonly vaultId?: string | undefined;
  readonly templates: readonly string[];
  /** A file with the API key of a second person. */
  readonly second?: string | undefined;
}

/** Throws UKO_INPUT_INVALID, and what opening a run throws. */
export async function runProbe(
  environment: Environment,
  outputs: Outputs,
  choices: ProbeChoices,
  options: CallOptions,
): Promise<ProbeSummary> {
  let watch = (_exchange: WatchedExchange): void => {};
  const opened = openWorld(environment, {}, { ...outputs, watch: (exchange) => watch(exchange) });
  try {
    const { world, settings, connection } = opened;
    const { http, tokens, endpoints } = connection;
    const { instanceId } = settings;
    if (settings.isDualRequired && choices.templates.length > 0) throw twoPeopleRequired();
    const { ownSeal } = world.session;
    const sealOf = (keys: readonly LeftKey[]) => ownSeal(`uko probe keys\n${instanceId}\n${JSON.stringify(keys)}`);
    await openRecording(choices);
    const resumed = choices.isResumed ? keysIn(`${choices.out}.keys`, sealOf) : [];
    const second = choices.second === undefined ? undefined : tokensOfSecond(settings, http, choices.second);
    const broker = brokerOf(settings);
    const wire = createWire({
      http,
      instanceId,
      people: { self: tokens, second },
      endpoints: { ...endpoints, iam: async () => settings.iamEndpoint, broker: async () => broker },
      hasBroker: broker !== undefined,
    });
    ({ watch } = wire);
    const uko = await endpoints.uko(options.signal);
    const secondPerson = (await second?.actor(options.signal))?.writesAs;
    const { writesAs } = await tokens.actor(options.signal);
    if (secondPerson !== undefined && (writesAs === undefined || isSame(secondPerson, writesAs))) throw samePerson();
    const request: ProbeRequest = {
      ...placeOf(uko, settings),
      vaultId: choices.vaultId,
      templates: choices.templates,
      resumed,
      canResume: sealOf([]) !== undefined,
      secondPerson,
    };
    const append = (line: object) => appendLine(choices.out, jsonLine(line));
    const keep = (keys: readonly LeftKey[]) =>
      appendLine(`${choices.out}.keys`, jsonLine({ v: 1, keys, seal: sealOf(keys) }));
    return await walkProbes({ world, wire, append, keep }, request, options);
  } finally {
    await opened.close();
  }
}

function tokensOfSecond(settings: Settings, http: Parameters<typeof createTokens>[0]["http"], file: string) {
  const read = (): string => readSecretFile(file, "--second");
  const credential = { kind: "api_key", read, setting: "--second" } as const;
  return createTokens({ http, credential, endpoint: settings.iamEndpoint, sha256, monotonicMs });
}

/** The product and the region by the host alone. A proxy on this machine counts as the emulator, and so for nothing. */
function placeOf(uko: Endpoint, settings: Settings): Pick<ProbeRequest, "product" | "region"> {
  const documented = readDocumentedHost(uko);
  const product = isLoopbackEndpoint(uko)
    ? "emulator"
    : documented === undefined
      ? "another host"
      : "Hyper Protect Crypto Services";
  const region = documented?.region ?? settings.region ?? "";
  return { product, region: regionForm.test(region) ? region : "unknown" };
}

/** On this machine, the emulator is its own broker, also if a region is set. */
function brokerOf({ region, endpoint }: Settings): Endpoint | undefined {
  const isLocal = endpoint !== undefined && isLoopbackEndpoint(endpoint);
  return witnessOf({
    ...(endpoint !== undefined && { uko: endpoint }),
    ...(region !== undefined && !isLocal && { region }),
  });
}

/** Refuses a recording that has a line, unless the run goes on with it. */
async function openRecording({ out, isResumed, templates }: ProbeChoices): Promise<void> {
  const isThere = (statSync(out, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (isThere !== isResumed) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: isThere ? `The file ${out} exists` : `The recording ${out} does not exist`,
      detail: isThere
        ? "Nothing was sent. Next: name another file with --out, or go on with a recording with --resume."
        : "Nothing was sent. Name the recording of the earlier run.",
    });
  }
  try {
    await requireAppendable(out);
    if (templates.length > 0) await requireAppendable(`${out}.keys`);
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The recording ${out} could not be opened`,
      detail: `${systemSays(error)}Nothing was sent.`,
      cause: error,
    });
  }
}

/** The keys that the last line names, if this API key sealed it. Throws UKO_INPUT_INVALID. */
function keysIn(path: string, sealOf: (keys: readonly LeftKey[]) => string | undefined): readonly LeftKey[] {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Reported below, with every other file that cannot be used.
  }
  const last = parseJson(text.trimEnd().split("\n").at(-1) ?? "") as {
    keys?: readonly LeftKey[];
    seal?: string;
  } | null;
  const { keys = [], seal } = Object(last) as { keys?: readonly LeftKey[]; seal?: string };
  if (Array.isArray(keys) && seal !== undefined && seal === sealOf(keys)) return keys;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The file ${path} has no list of keys that this API key sealed`,
    detail:
      "No key was touched. Only the API key of the run that created the keys can go on with them.\nNext: two people can delete a key that is left, like any other key: uko request <vaultId>/<keyId>",
  });
}

function samePerson(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "The API key in --second is of the same identity as the credential of the run",
    detail: "No key was created. A second person shows whether a synchronization changes the last writer.",
  });
}

function twoPeopleRequired(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "UKO_DUAL_AUTHORIZATION=required requires two people, but a probe deletes its key alone",
    detail: "No key was created. Without --throwaway, uko probe only reads.",
  });
}
