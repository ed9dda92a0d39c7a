/**
 * Builds all that a run uses (`World`) from its settings. It checks every configured address before the first call, so
 * that no credential reaches a wrong host.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Evidence, EvidenceRun } from "../engine/ports/evidence.ts";
import { createResponseTrust, createServiceClock } from "../engine/ports/service-memory.ts";
import type { Clock, Progress, World } from "../engine/ports/world.ts";
import { type Dialect, programDialect } from "../engine/text/dialect.ts";
import { UkoError } from "../errors.ts";
import { noSeal } from "../lifecycle/consent/record-text.ts";
import { createEndpoints, createKeyProtectEndpoints, type Endpoints } from "../services/broker.ts";
import { createConsentSignatures, type SigningPlaces, systemPlaces } from "../services/consents/consent-signatures.ts";
import { nameService } from "../services/consents/service-name.ts";
import {
  createEvidenceFile,
  createEvidenceLog,
  createMissingEvidence,
  type EvidenceLog,
  sha256,
} from "../services/evidence-file.ts";
import { type Endpoint, hostOf, readDocumentedHost, requireAllowedHost } from "../services/http/allowed-hosts.ts";
import { createHttpClient, type HttpClient, type WatchedExchange, watchClient } from "../services/http/client.ts";
import { traceClient } from "../services/http/trace.ts";
import { createTokens, type Tokens } from "../services/iam.ts";
import { createBackingKeys } from "../services/kms/backing-keys.ts";
import { createKmsKeys } from "../services/kms/keys.ts";
import { withNamesakes } from "../services/namesakes.ts";
import { createOwnSeal } from "../services/own-seal.ts";
import { createReportFile } from "../services/report-file.ts";
import { createSecretDigests } from "../services/secret-digests.ts";
import { createInstanceSession } from "../services/session.ts";
import { createTextMemory } from "../services/text-memory.ts";
import { createUkoClient } from "../services/uko/client.ts";
import {
  type Environment,
  type EvidencePlace,
  type IamSettings,
  readSettings,
  type Settings,
  type StoredSettings,
} from "../settings.ts";
import { toolIdentity } from "./tool-identity.ts";

/** What an interface supplies: lines for people, and the log for `UKO_EVIDENCE=log`. */
export interface Outputs {
  readonly progress: Progress;
  /** Absent if the lines would not be shown. */
  readonly evidenceLog?: EvidenceLog | undefined;
  /** Receives a line that stays, such as the path of the evidence. */
  readonly note?: (line: string) => void;
  /** Receives every call that got a response, for `uko doctor`. */
  readonly watch?: (exchange: WatchedExchange) => void;
  /** Receives a line for each call, for `uko --debug`; without any secret. */
  readonly trace?: (line: string) => void;
  /** The tokens of a person who logged in, instead of those of a credential. */
  readonly login?: Tokens;
  /** Receives warnings when `progress` goes nowhere. */
  readonly warn?: (line: string) => void;
  /** Replaces the clock in tests, which do not wait. */
  readonly clock?: Clock;
  /** The folders of signed consents, for tests that have folders of their own. */
  readonly signingPlaces?: SigningPlaces;
}

export interface OpenWorld {
  readonly settings: Settings;
  readonly world: World;
  readonly endpoint: () => Promise<{ readonly endpoint?: string }>;
  /** For requests that no port of the world makes. */
  readonly connection: { readonly http: HttpClient; readonly tokens: Tokens; readonly endpoints: Endpoints };
  /** Evidence in this file, to which no other run writes, unless the environment names another place. */
  evidenceAt(path: string): Evidence;
  /** Closes connections after the calls in progress have ended. */
  close(): Promise<void>;
}

const userAgent = "pulumi-uko";
export const monotonicMs = (): number => performance.now();

export function openHttp(settings: IamSettings, outputs: Pick<Outputs, "trace" | "watch" | "clock">): HttpClient {
  const client = createHttpClient({
    allowedHosts: settings.allowedHosts,
    ...(settings.proxy !== undefined && { proxy: settings.proxy }),
    userAgent,
    monotonicMs,
    random: Math.random,
    sleep: (outputs.clock ?? clock).sleep,
  });
  const traced = outputs.trace === undefined ? client : traceClient(client, monotonicMs, outputs.trace);
  return outputs.watch === undefined ? traced : watchClient(traced, monotonicMs, outputs.watch);
}

/**
 * Says which hosts get the credential of this run although no document of IBM names them. A person who set the address
 * and UKO_ALLOWED_HOSTS in another person's environment would otherwise not be noticed.
 */
export function sayUndocumentedHosts(endpoints: readonly Endpoint[], { note, warn, progress }: Outputs): void {
  const say = note ?? warn ?? ((line: string) => progress.report(line));
  const undocumented = endpoints.filter((each) => readDocumentedHost(each) === undefined);
  for (const host of new Set(undocumented.map(hostOf))) {
    say(`This run sends its credential to ${host}, which is not a documented host of IBM (UKO_ALLOWED_HOSTS).`);
  }
}

/** Builds the world of one run, and makes no call yet. Throws UKO_HOST_NOT_ALLOWED. */
export function openWorld(
  environment: Environment,
  stored: StoredSettings,
  outputs: Outputs,
  dialect: Dialect = programDialect,
): OpenWorld {
  const settings = readSettings(environment, stored, dialect);
  // All addresses are checked before the first call. Otherwise the credential could be sent to one service before the run
  // stops at the address of another.
  const named = [settings.iamEndpoint, settings.endpoint, settings.kmsEndpoint].filter((each) => each !== undefined);
  for (const endpoint of named) requireAllowedHost(endpoint, settings.allowedHosts);
  sayUndocumentedHosts(named, outputs);
  const { instanceId, keyProtect } = settings;
  const http = openHttp(settings, outputs);
  const tokens =
    outputs.login ??
    createTokens({
      http,
      credential: settings.credential,
      endpoint: settings.iamEndpoint,
      sha256,
      monotonicMs,
    });
  const endpoints = keyProtect
    ? createKeyProtectEndpoints(instanceId, keyProtect, settings.kmsEndpoint)
    : createEndpoints({
        http,
        bearer: tokens,
        instanceId,
        ...(settings.region !== undefined && { region: settings.region }),
        ...(settings.endpoint !== undefined && { uko: settings.endpoint }),
        ...(settings.kmsEndpoint !== undefined && { kms: settings.kmsEndpoint }),
      });
  const places = outputs.signingPlaces ?? systemPlaces;
  const serviceName = nameService(named, places.demands);
  const service = { http, bearer: tokens, instanceId };
  const session = createInstanceSession({
    ...{ instanceId, isKeyProtect: keyProtect !== undefined, http, tokens, endpoints },
    ownSeal: outputs.login === undefined ? createOwnSeal(settings.credential, serviceName) : noSeal,
    keystores: () => uko.keystores,
  });
  const uko = createUkoClient({
    ...service,
    endpoint: endpoints.uko,
    beforeWrite: (signal) => session.requireOwnInstance({ signal }),
    monotonicMs,
    sleep: (outputs.clock ?? clock).sleep,
  });
  const signatures = createConsentSignatures({
    ...{ service: serviceName, places },
    environment,
    note: outputs.note ?? ((line) => outputs.progress.report(line)),
  });
  const evidenceIn = (place: EvidencePlace | OwnFile) => openEvidence(place, settings, outputs, endpoints);
  const world: World = {
    ...uko,
    ...withNamesakes(uko.keys),
    backingKeys: createBackingKeys({ ...service, endpoint: endpoints.kms }),
    kmsKeys: createKmsKeys({ ...service, endpoint: endpoints.kms }, keyProtect?.crn),
    session,
    dialect,
    serviceClock: createServiceClock(tokens.issuedAtMs),
    responseTrust: createResponseTrust(),
    progress: outputs.progress,
    evidence: evidenceIn(settings.evidence),
    texts: createTextMemory("path" in settings.evidence ? settings.evidence.path : undefined, instanceId),
    ...(settings.reportPath !== undefined && {
      reports: createReportFile({
        path: settings.reportPath,
        nowMs: () => http.serviceTimeMs() ?? Date.now(),
        warn: outputs.warn ?? ((line) => outputs.progress.report(line)),
      }),
    }),
    ...(signatures !== undefined && { signatures }),
    clock: outputs.clock ?? clock,
    sha256,
    secretDigests,
    newId: randomUUID,
  };
  return {
    settings,
    world,
    endpoint: () => endpointOf(endpoints, settings),
    connection: { http, tokens, endpoints },
    evidenceAt: (path) => evidenceIn({ kind: "own", path }),
    close: () => http.close(),
  };
}

const clock: Clock = {
  monotonicMs,
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      throw new UkoError("UKO_CANCELED", {
        detail: "Completed steps stay in effect. Run the same command again to continue.",
        cause: error,
      });
    }
  },
};

export { sha256 };

/** A text that cannot be guessed. */
export const newSalt = (): string => randomBytes(32).toString("hex");

/** One for the process, so that a plan computes each digest once. */
export const secretDigests = createSecretDigests(() => randomBytes(16));

/** A file to which only this run writes. */
interface OwnFile {
  readonly kind: "own";
  readonly path: string;
}

function openEvidence(
  place: EvidencePlace | OwnFile,
  settings: Settings,
  { evidenceLog, note, progress, warn = (line) => progress.report(line) }: Outputs,
  endpoints: Endpoints,
): Evidence {
  const run = async (): Promise<EvidenceRun> => ({
    instanceId: settings.instanceId,
    ...(await endpointOf(endpoints, settings)),
    tool: await toolIdentity(),
    credential: settings.credential.kind,
  });
  switch (place.kind) {
    case "own":
    case "named":
    case "default":
      return createEvidenceFile({
        path: place.path,
        isInStateFolder: place.kind === "default",
        isOnlyWriter: place.kind === "own",
        run,
        warn,
        ...(note !== undefined && { note }),
      });
    case "log":
      if (evidenceLog !== undefined) return createEvidenceLog(evidenceLog, run);
      return createMissingEvidence(
        "UKO_EVIDENCE is log, and the log of this run is off. TF_LOG_PROVIDER=info turns it on.",
      );
    case "none":
      return createMissingEvidence(place.why);
  }
}

/** The endpoint for the evidence. The key was read before, so no other call is needed to find it. */
async function endpointOf(
  { uko, kms }: Endpoints,
  { keyProtect }: Pick<Settings, "keyProtect">,
): Promise<{ readonly endpoint?: string }> {
  const find = keyProtect ? kms : uko;
  try {
    return { endpoint: (await find(AbortSignal.timeout(endpointDeadlineMs))).url };
  } catch {
    return {};
  }
}

/** The time limit for the broker, which only evidence about a KMS key can need. */
const endpointDeadlineMs = 10_000;
