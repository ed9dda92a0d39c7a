/** The checks of `uko doctor`: they open a world of their own and report every fault as a finding. */

import { examine } from "../engine/commands/doctor.ts";
import { type Check, faultCheck, type WatchedCall } from "../engine/commands/doctor-messages.ts";
import {
  controlsCheck,
  controlsNotCompared,
  examineControls,
  examineStored,
  loosenedIn,
} from "../engine/commands/examine-state.ts";
import type { TagProbe } from "../engine/commands/probe-tags.ts";
import { readState } from "../engine/commands/stored-state.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { asUkoError } from "../errors.ts";
import { resources } from "../resources/registry.ts";
import type { WatchedResponse } from "../services/http/client.ts";
import type { Environment } from "../settings.ts";
import { type OpenWorld, type Outputs, openWorld } from "./world.ts";

/** Limit of the calls that `uko doctor` remembers; it makes far fewer. */
const maxWatchedCalls = 1_000;

/** What is configured for a run and what is missing. Settings that no run can start with are a finding, too. */
export async function examineWorld(
  environment: Environment,
  outputs: Outputs,
  options: CallOptions,
  probe?: Omit<TagProbe, "isDualRequired">,
): Promise<readonly Check[]> {
  const calls: WatchedCall[] = [];
  const watch = ({ origin, status, durationMs, serviceTimeMs, text }: WatchedResponse): void => {
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
  const { endpoint, region } = settings;
  const where = { ...(endpoint !== undefined && { endpoint: endpoint.url }), ...(region !== undefined && { region }) };
  try {
    const { isDualRequired } = settings;
    const probed = probe === undefined ? {} : { probe: { ...probe, isDualRequired } };
    return await examine({ world, ...where, calls: () => calls, ...probed }, options);
  } finally {
    await close();
  }
}

/** Findings in a state that may have been edited. Calls the service only for keys that the state loosens. */
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
