/**
 * Runs the checks of `uko doctor` in sessions of their own. An error becomes a line of the report and does not stop the
 * command.
 */

import { runChecks } from "../engine/commands/doctor.ts";
import { type Check, faultCheck, type WatchedCall } from "../engine/commands/doctor-messages.ts";
import type { CallOptions } from "../engine/ports/world.ts";
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
    return await runChecks({ world, ...where, calls: () => calls }, options);
  } finally {
    await close();
  }
}
