/**
 * Runs `uko probe`: connects to the services, names the product that answers, and appends to the recording. The walk
 * gets the port that only reads, and nothing of the world that writes.
 */

import { statSync } from "node:fs";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { type CheckedRecording, checkRecording } from "../probe/check.ts";
import { explainCalls } from "../probe/messages.ts";
import { questionsFor } from "../probe/rows.ts";
import { type ProbeSummary, walkProbes } from "../probe/walk.ts";
import { readNamedText } from "../process/regular-file.ts";
import { witnessOf } from "../services/broker.ts";
import { appendLine, jsonLine, requireAppendable, saySystemError } from "../services/durable-append.ts";
import { type Endpoint, isLoopbackEndpoint } from "../services/http/allowed-hosts.ts";
import { createWire } from "../services/wire.ts";
import type { Environment, Settings } from "../settings.ts";
import { placeOf } from "./recording.ts";
import { type Outputs, openWorld } from "./world.ts";

export { sayChecked, sayProbes } from "../probe/messages.ts";

/** What a recording of a person shows, by the rows as they are now. Sends nothing. Throws UKO_INPUT_INVALID. */
export function checkRecordingAt(file: string): CheckedRecording {
  const checked = checkRecording(readNamedText(file, `The recording ${file} could not be read`));
  if (checked !== undefined) return checked;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The file ${file} is not a recording of uko`,
    detail: "Next: name a file that uko probe or --record wrote.",
  });
}

/** `out` is the path of the recording. Throws UKO_INPUT_INVALID, and what opening a run throws. */
export async function runProbe(
  environment: Environment,
  outputs: Outputs & Required<Pick<Outputs, "note">>,
  out: string,
  options: CallOptions,
): Promise<ProbeSummary> {
  const opened = openWorld(environment, {}, outputs);
  try {
    const { world, settings, connection } = opened;
    const { http, tokens, endpoints } = connection;
    await openRecording(out);
    const broker = brokerOf(settings);
    const wire = createWire({
      http,
      instanceId: settings.instanceId,
      bearer: tokens,
      endpoints: { ...endpoints, iam: async () => settings.iamEndpoint, broker: async () => broker },
      hasBroker: broker !== undefined,
    });
    const { progress, newId, sha256, session } = world;
    outputs.note(explainCalls(questionsFor(session)));
    const asked = session.isKeyProtect ? endpoints.kms : endpoints.uko;
    const place = placeOf(await asked(options.signal), settings);
    const append = (line: object) => appendLine(out, jsonLine(line));
    return await walkProbes({ progress, newId, sha256, session, wire, append }, place, options);
  } finally {
    await opened.close();
  }
}

/** On this machine, the emulator is its own broker, also if a region is set. */
function brokerOf({ region, endpoint }: Settings): Endpoint | undefined {
  const isLocal = endpoint !== undefined && isLoopbackEndpoint(endpoint);
  return witnessOf({
    ...(endpoint !== undefined && { uko: endpoint }),
    ...(region !== undefined && !isLocal && { region }),
  });
}

/** Refuses a recording that has a line. */
async function openRecording(out: string): Promise<void> {
  if ((statSync(out, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The file ${out} exists`,
      detail: "Nothing was sent. Next: name another file with --out.",
    });
  }
  try {
    await requireAppendable(out);
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The recording ${out} could not be opened`,
      detail: `${saySystemError(error)}Nothing was sent.`,
      cause: error,
    });
  }
}
