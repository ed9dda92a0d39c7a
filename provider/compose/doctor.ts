/**
 * Runs the checks of `uko doctor`, either of the settings and services of a run, or of an exported state. The checks
 * open a session of their own and report an error as a finding. So an invalid setting becomes a line of the report and
 * does not stop the command. Only a state file that cannot be read, and a canceled run, stop it.
 */

import { examine } from "../engine/commands/doctor.ts";
import { type Check, faultCheck, type WatchedCall } from "../engine/commands/doctor-messages.ts";
import {
  controlsCheck,
  controlsNotCompared,
  examineControls,
  examineStored,
  loosenedIn,
} from "../engine/commands/examine-state.ts";
import { readState } from "../engine/commands/stored-state.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { asUkoError } from "../errors.ts";
import { resources } from "../resources/registry.ts";
import type { WatchedExchange } from "../services/http/client.ts";
import type { Environment } from "../settings.ts";
import { type OpenWorld, type Outputs, openWorld } from "./world.ts";

/** The most calls that `uko doctor` remembers; it makes far fewer. */
const maxWatchedCalls = 1_000;

/** Checks the settings of a run and what the service answers. Settings with which no run can start are also a finding. */
export async function examineWorld(
  environment: Environment,
  outputs: Outputs,
  options: CallOptions,
): Promise<readonly Check[]> {
  const calls: WatchedCall[] = [];
  const watch = ({ request, response, durationMs }: WatchedExchange): void => {
    const { origin } = new URL(request.endpoint.url);
    const { status, serviceTimeMs, text } = response;
    const fields = new Set(Array.from(text.matchAll(/"([a-z_]{1,60})"\s*:/g), ([, field = ""]) => field));
    const skew = serviceTimeMs === undefined ? {} : { skewMs: serviceTimeMs - Date.now() };
    if (calls.length < maxWatchedCalls) calls.push({ origin, status, durationMs, ...skew, fields: [...fields] });
  };
  let opened: OpenWorld;
  try {
    opened = openWorld(environment, {}, { ...outputs, watch });
  } catch (error) {
    return [faultCheck("settings", error)];
  }
  const { world, settings, close } = opened;
  const { region, keyProtect } = settings;
  const endpoint = keyProtect ? settings.kmsEndpoint : settings.endpoint;
  const where = { ...(endpoint !== undefined && { endpoint: endpoint.url }), ...(region !== undefined && { region }) };
  try {
    return await examine({ world, ...where, calls: () => calls }, options);
  } finally {
    await close();
  }
}

/**
 * Checks an exported state, which a person may have edited. It calls the service only for keys whose controls the state
 * weakens.
 */
export async function examineState(
  environment: Environment,
  text: string,
  outputs: Outputs,
  options: CallOptions,
): Promise<readonly Check[]> {
  const state = readState(text);
  const kinds = Object.values(resources).map(({ name }) => name);
  const checks = examineStored(state, kinds);
  const loosened = loosenedIn(state);
  if (loosened.length === 0) return [...checks, controlsCheck([], [], 0)];
  let opened: OpenWorld;
  try {
    opened = openWorld(environment, {}, outputs);
  } catch (error) {
    return [...checks, controlsNotCompared(loosened.length, asUkoError(error).summary)];
  }
  try {
    return [...checks, await examineControls(opened.world, loosened, options)];
  } finally {
    await opened.close();
  }
}
