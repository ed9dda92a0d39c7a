/**
 * Holds what a run knows of its session. Before every write to UKO, the run stops if the host name, the broker, or else
 * the internal keystores show another instance: a mistyped address or instance ID could delete keys there.
 */

import type { Keystores } from "../engine/ports/containers.ts";
import type { CallOptions, Session } from "../engine/ports/world.ts";
import { type ErrorCode, isUkoError, UkoError } from "../errors.ts";
import type { OwnSeal } from "../lifecycle/consent/record-text.ts";
import { uuidForm } from "../text/uuid-form.ts";
import type { Endpoints, InstanceReport } from "./broker.ts";
import type { HttpClient } from "./http/client.ts";
import { singleFlight } from "./http/concurrency.ts";
import type { Tokens } from "./iam.ts";

export interface SessionOptions {
  readonly instanceId: string;
  readonly isKeyProtect?: boolean;
  readonly http: Pick<HttpClient, "serviceTimeMs">;
  readonly tokens: Pick<Tokens, "actor" | "facts">;
  readonly ownSeal: OwnSeal;
  readonly endpoints: Pick<Endpoints, "instance">;
  /** Keystores are listed only if neither the host name nor the broker says which instance answers. */
  readonly keystores: () => Pick<Keystores, "list">;
}

export function createInstanceSession(options: SessionOptions): Session {
  const { instanceId, isKeyProtect = false, http, tokens, ownSeal } = options;
  let known: InstanceReport | undefined;
  const ask = singleFlight(async (signal) => {
    const { report, isLasting } = await reportOf(options, signal);
    if (isLasting) known = report;
    return report;
  });
  const report = async ({ signal }: CallOptions): Promise<InstanceReport> => known ?? ask(signal);
  return {
    instanceId,
    isKeyProtect,
    actor: ({ signal }) => tokens.actor(signal),
    isInstanceProven: async (call) => (await report(call)).kind === "proven",
    isInstanceReported: async (call) => ["proven", "reported"].includes((await report(call)).kind),
    async requireOwnInstance(call) {
      const reported = await report(call);
      if (reported.kind === "contradicted") throw notThisInstance(instanceId, reported.why);
    },
    serviceTimeMs: () => http.serviceTimeMs(),
    tokenClaims: () => tokens.facts(),
    ownSeal,
  };
}

/** Finds which instance answers. The result is not kept after a transient error, so the next write asks again. */
async function reportOf(
  options: SessionOptions,
  signal: AbortSignal,
): Promise<{ readonly report: InstanceReport; readonly isLasting: boolean }> {
  const reported = await options.endpoints.instance(signal);
  if (reported.kind !== "unproven") return { report: reported, isLasting: true };
  const instanceIds = await internalInstances(options, signal);
  if (instanceIds === undefined) return { report: reported, isLasting: false };
  const other = instanceIds.find((id) => id !== options.instanceId);
  if (other !== undefined) {
    const why = `The internal keystores of the service report instance ${other}.`;
    return { report: { kind: "contradicted", why }, isLasting: true };
  }
  return { report: { kind: instanceIds.length > 0 ? "reported" : "unproven" }, isLasting: true };
}

const passingFaults: readonly ErrorCode[] = ["UKO_RESPONSE_LOST", "UKO_DEADLINE", "UKO_SERVICE_UNAVAILABLE"];

/**
 * The instance IDs that the internal keystores name. An internal keystore is a key ring of the instance that answers
 * (uko-v4.md 3.7). Undefined after a transient error.
 */
async function internalInstances(
  { keystores }: SessionOptions,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    const all = await keystores().list({}, { signal });
    return all
      .filter(({ variant }) => variant === "internal")
      .map(({ fields }) => String(fields.ibm_instance_id ?? ""))
      .filter((id) => uuidForm.test(id));
  } catch (error) {
    // A missing right to list keystores must not stop a run that may write. Every other lasting error recurs at the write
    // itself.
    if (signal.aborted || !isUkoError(error) || error.code === "UKO_INSTANCE_MISMATCH") throw error;
    return passingFaults.includes(error.code) ? undefined : [];
  }
}

function notThisInstance(instanceId: string, why: string): UkoError {
  return new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `The service that answered is not instance ${instanceId}, which this run is configured for`,
    detail: [
      why,
      "Nothing was changed. The instance ID or the address is wrong; uko does not know which.",
      "Next: compare UKO_INSTANCE_ID and UKO_ENDPOINT with the page of the instance in IBM Cloud, and correct the wrong one.",
    ].join("\n"),
  });
}
