/**
 * Reports whether a vault exists, and whether a keystore is internal or external (uko-v4.md V3, S3), each read once. An
 * internal keystore can hold a backing key that a deletion has to check, so an unclear kind is unknown, and never
 * external.
 */

import type { Containers, KeystoreKindRead } from "../../engine/ports/world.ts";
import { isUkoError, onCodes } from "../../errors.ts";
import { keystoreKindOf } from "../../lifecycle/container/keystore-kind.ts";
import { printable } from "../../text/printable.ts";
import { singleFlight } from "../http/concurrency.ts";
import { concernsTheRun, parseResponse } from "../http/read-result.ts";
import type { Transport } from "../http/transport.ts";
import { isOwnNotFound, readRights, service } from "./errors.ts";
import { checkedId } from "./transport.ts";
import { keystorePlace, vault, type WireKeystorePlace } from "./wire.ts";

/**
 * The most answers that a run remembers. An instance has at most 50 internal keystores (uko-v4.md 3.8), but any number of
 * others.
 */
const maxRemembered = 10_000;

type VaultResponse = Awaited<ReturnType<Containers["vaultExists"]>>;

export function createContainers(transport: Transport): Containers {
  /** Remembers the kind of each keystore, which never changes, so one read in a run is enough. */
  const kindOf = remembered(
    (keystoreId, signal) => readKind(transport, keystoreId, signal),
    ({ kind }) => kind !== "unknown",
  );
  /** Remembers that a vault exists, which also shows that the run is connected to the instance of the vault. */
  const existenceOf = remembered(
    (vaultId, signal) => readVault(transport, vaultId, signal),
    (response) => response === "found",
  );

  return {
    vaultExists: async (vaultId, { signal }) => existenceOf(vaultId, signal),
    keystoreKind: async (keystoreId, { signal }) => kindOf(keystoreId, signal),
  };
}

/**
 * Reads each ID once, also if several keys ask for it at the same time. Keeps only what `isKept` accepts, and never a
 * failure.
 */
function remembered<Response>(
  read: (id: string, signal: AbortSignal) => Promise<Response>,
  isKept: (response: Response) => boolean,
): (id: string, signal: AbortSignal) => Promise<Response> {
  const reads = new Map<string, (signal: AbortSignal) => Promise<Response>>();
  return (id, signal) => {
    const started = reads.get(id);
    if (started !== undefined) return started(signal);
    if (reads.size >= maxRemembered) reads.clear();
    let known: Response | undefined;
    const join = singleFlight(async (flight) => {
      const response = await read(id, flight);
      if (isKept(response)) known = response;
      return response;
    });
    const once = async (caller: AbortSignal): Promise<Response> => known ?? join(caller);
    reads.set(id, once);
    return once(signal);
  };
}

async function readVault(transport: Transport, vaultId: string, signal: AbortSignal): Promise<VaultResponse> {
  const path = `/vaults/${checkedId(vaultId, "vault")}`;
  try {
    const response = await transport.read({ path, signal }, readRights.readVault, isOwnNotFound);
    if (response.status === 404) return "not_found";
    return parseResponse(service, response, vault).id === vaultId ? "found" : "unknown";
  } catch (error) {
    // Only the service's own 404 proves that a vault does not exist; any other failure proves
    // nothing.
    if (!isUkoError(error) || concernsTheRun.includes(error.code)) throw error;
    return "unknown";
  }
}

function readKind(transport: Transport, keystoreId: string, signal: AbortSignal): Promise<KeystoreKindRead> {
  const unread = onCodes(["UKO_RESPONSE_INVALID"], ({ summary, detail }) =>
    unknown(`Keystore ${keystoreId} could not be read: ${summary}. ${detail}`),
  );
  return findKeystore(transport, keystoreId, signal)
    .then((found) => kindIn(found, keystoreId))
    .catch(unread);
}

/** A keystore counts as external only with proof. */
function kindIn(found: WireKeystorePlace | undefined, keystoreId: string): KeystoreKindRead {
  if (found === undefined) {
    return unknown(
      `The service does not find keystore ${keystoreId}. If it was removed from UKO, uko sync updates the key's keystores.`,
    );
  }
  if (found.id !== keystoreId) return unknown(`The service returned another keystore instead of ${keystoreId}.`);
  const { type, ibm_variant: variant } = found;
  const kind = keystoreKindOf({ type, variant });
  if (kind !== "unknown") return { kind };
  const [word, value] = type === "ibm_cloud_kms" ? ["variant", variant] : ["type", type];
  const of = `the ${word} of keystore "${printable(found.name, 60)}"`;
  return value === ""
    ? unknown(`The service does not report ${of}.`)
    : unknown(`The service calls ${of} ${printable(value, 60)}, which this release does not know.`);
}

function unknown(reason: string): KeystoreKindRead {
  return { kind: "unknown", reason: printable(reason) };
}

/** Undefined if the service itself reports that the keystore does not exist. */
async function findKeystore(
  transport: Transport,
  keystoreId: string,
  signal: AbortSignal,
): Promise<WireKeystorePlace | undefined> {
  const path = `/keystores/${checkedId(keystoreId, "keystore")}`;
  const response = await transport.read({ path, signal }, readRights.readKeystore, isOwnNotFound);
  return response.status === 200 ? parseResponse(service, response, keystorePlace) : undefined;
}
