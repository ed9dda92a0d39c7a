/**
 * A check that the instance that answers is the one that this run is configured for, made once per
 * run before its first write.
 */

import type { Keystores } from "../engine/container-ports.ts";
import { isUkoError, UkoError } from "../errors.ts";
import { uuidForm } from "../uuid-form.ts";
import type { Endpoints, InstanceReport } from "./broker/endpoints.ts";
import { singleFlight } from "./http/single-flight.ts";

export interface InstanceCheck {
  isProven(signal: AbortSignal): Promise<boolean>;
  /** Whether the instance is proven, or reported by the server that answers. */
  isReported(signal: AbortSignal): Promise<boolean>;
  /**
   * Throws UKO_INSTANCE_MISMATCH if any source reports another instance; a source that reports none
   * is not a contradiction.
   */
  require(signal: AbortSignal): Promise<void>;
}

export interface InstanceCheckOptions {
  readonly instanceId: string;
  readonly endpoints: Pick<Endpoints, "instance">;
  /** Read only if neither host name nor broker reports the instance. */
  readonly keystores: () => Pick<Keystores, "list">;
}

export function createInstanceCheck(options: InstanceCheckOptions): InstanceCheck {
  let known: InstanceReport | undefined;
  const ask = singleFlight(async (signal) => {
    known = await reportOf(options, signal);
    return known;
  });
  const report = async (signal: AbortSignal): Promise<InstanceReport> => known ?? ask(signal);
  return {
    isProven: async (signal) => (await report(signal)).kind === "proven",
    isReported: async (signal) => ["proven", "reported"].includes((await report(signal)).kind),
    async require(signal) {
      const reported = await report(signal);
      if (reported.kind === "contradicted") throw notThisInstance(options.instanceId, reported.why);
    },
  };
}

async function reportOf(options: InstanceCheckOptions, signal: AbortSignal): Promise<InstanceReport> {
  const reported = await options.endpoints.instance(signal);
  if (reported.kind !== "unproven") return reported;
  const instanceIds = await internalInstances(options, signal);
  const other = instanceIds.find((id) => id !== options.instanceId);
  if (other !== undefined) {
    return { kind: "contradicted", why: `The internal keystores of the service report instance ${other}.` };
  }
  return { kind: instanceIds.length > 0 ? "reported" : "unproven" };
}

/**
 * An internal keystore is a key ring of the very instance that answers, and names it
 * (uko-v4.md 3.7).
 */
async function internalInstances({ keystores }: InstanceCheckOptions, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const all = await keystores().list({}, { signal });
    return all
      .filter(({ variant }) => variant === "internal")
      .map(({ fields }) => String(fields.ibm_instance_id ?? ""))
      .filter((id) => uuidForm.test(id));
  } catch (error) {
    // A missing right must not stop a run that may write; every other error recurs at the writes
    // themselves.
    if (signal.aborted || !isUkoError(error)) throw error;
    return [];
  }
}

function notThisInstance(instanceId: string, why: string): UkoError {
  return new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `The service that answers is not instance ${instanceId}, which this run is configured for`,
    detail: [
      why,
      "Nothing was changed. The instance id or the address is wrong: uko cannot tell which.",
      "Next: compare UKO_INSTANCE_ID and UKO_ENDPOINT with the instance's page in IBM Cloud, and correct the wrong one.",
    ].join("\n"),
  });
}
