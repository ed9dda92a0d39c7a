/**
 * Records what the services answer to a command of a person with `--record`. The recorder watches the client that every
 * call takes, never changes a call or stops a step, and writes the answers redacted when the run ends, so a killed run
 * records nothing. Exchanges with IAM are left out, because they contain the credential.
 */

import { UkoError } from "../errors.ts";
import type { Actor } from "../lifecycle/vocabulary/observation.ts";
import { sayRecorded } from "../probe/messages.ts";
import { addRun, maxExchangesOfRun, unusable } from "../probe/record.ts";
import type { SentExchange } from "../probe/redacted-exchange.ts";
import { saySystemError } from "../services/durable-append.ts";
import { type Endpoint, isLoopbackEndpoint, readDocumentedHost, regionForm } from "../services/http/allowed-hosts.ts";
import type { WatchedExchange } from "../services/http/client.ts";
import { kmsRoot } from "../services/kms/transport.ts";
import { createRecordingFile } from "../services/recording-file.ts";
import { ukoRoot } from "../services/uko/transport.ts";
import { responseOf } from "../services/wire.ts";
import type { Settings } from "../settings.ts";
import { parseJson } from "../text/json.ts";
import { newSalt, sha256 } from "./world.ts";

export interface Recorder {
  readonly watch: (exchange: WatchedExchange) => void;
  /** Writes what was watched. Never rejects. */
  finish(run: FinishedRun): Promise<void>;
}

export interface FinishedRun {
  readonly settings: Pick<Settings, "instanceId" | "keyProtect" | "region">;
  readonly caller: () => Promise<Actor>;
}

/** Above this number, the rest of a run is left out. */
const maxCharacters = 32 * 1024 * 1024;

/** Throws UKO_INPUT_INVALID if the file cannot take the run. */
export async function openRecorder(path: string, command: string, note: (line: string) => void): Promise<Recorder> {
  const file = createRecordingFile(path, newSalt);
  try {
    const why = unusable(file.read(), { sha256 });
    if (why !== undefined) throw notRecordable(path, why);
    await file.open();
  } catch (error) {
    throw error instanceof UkoError ? error : notRecordable(path, saySystemError(error).trimEnd(), error);
  }
  note(`This run records its requests and answers in ${path}, redacted. Keep ${file.privatePath}, and do not send it.`);
  const watched: WatchedExchange[] = [];
  let characters = 0;
  let omitted = 0;
  return {
    watch(exchange) {
      if (exchange.request.endpoint.role === "iam") return;
      characters += exchange.response.text.length;
      if (watched.length >= maxExchangesOfRun || characters > maxCharacters) omitted += 1;
      else watched.push(exchange);
    },
    async finish({ settings, caller }) {
      const [first] = watched;
      if (first === undefined) return;
      try {
        const callerId = await caller().then(
          ({ writesAs }) => writesAs?.iamId,
          () => undefined,
        );
        const times = watched.flatMap(({ response: { serviceTimeMs } }) => serviceTimeMs ?? []);
        const served = watched.find(({ request: { endpoint } }) => endpoint.role !== "broker") ?? first;
        const run = {
          command,
          exchanges: watched.map(sentOf),
          instanceId: settings.instanceId,
          callerId,
          ...placeOf(served.request.endpoint, settings),
          startMs: times[0] ?? 0,
        };
        const { rows } = await file.append((texts) => addRun(texts, run, { sha256, newSalt }));
        note(sayRecorded({ path, count: watched.length, omitted, rows }));
      } catch (error) {
        const says = error instanceof Error ? `${saySystemError(error)}${error.message}` : "";
        note(`The recording ${path} was not written. Every step of this run is as it was reported. ${says}`.trimEnd());
      }
    },
  };
}

function notRecordable(path: string, why: string, cause?: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `The recording ${path} cannot take this run`,
    detail: `${why}\nNothing was sent.\nNext: name a new file with --record`,
    cause,
  });
}

/** The exchange in the form of the probe's: below the root of its service, with the headers that a row can ask about. */
function sentOf({ request, response }: WatchedExchange): SentExchange {
  const { endpoint, method, path, query, headers = {}, body } = request;
  const service = endpoint.role === "key_protect" ? "kms" : endpoint.role;
  const root = service === "uko" ? ukoRoot("") : service === "kms" ? kmsRoot("") : "";
  const asked = query === undefined ? "" : `?${new URLSearchParams(query)}`;
  const sent = method === "GET" || method === "HEAD" ? undefined : body?.();
  const kept = Object.entries(headers).filter(([name]) => conditions.includes(name.toLowerCase()));
  return {
    request: {
      service,
      method,
      path: `${path("").slice(root.length)}${asked}`,
      headers: Object.fromEntries(kept),
      ...(typeof sent === "string" && { body: parseJson(sent) ?? sent }),
    },
    response: responseOf(response),
  };
}

/** The headers of a request that a row can ask about. */
const conditions: readonly string[] = ["if-match", "prefer", "x-kms-key-ring"];

/** The product and the region by the host alone. A proxy on this machine counts as the emulator, and so for nothing. */
export function placeOf(
  asked: Endpoint,
  settings: FinishedRun["settings"],
): { readonly product: string; readonly region: string } {
  const documented = readDocumentedHost(asked);
  const product = isLoopbackEndpoint(asked)
    ? "emulator"
    : documented === undefined
      ? "another host"
      : settings.keyProtect === undefined
        ? "Hyper Protect Crypto Services"
        : "Key Protect";
  const region = documented?.region ?? settings.region ?? "";
  return { product, region: regionForm.test(region) ? region : "unknown" };
}
