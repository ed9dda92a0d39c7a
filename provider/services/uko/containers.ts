/** The port `Containers` over UKO v4 (uko-v4.md V3, S3): is the vault there, and is a keystore a key ring of this instance. */

import type { Containers } from "../../engine/ports.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import type { HttpAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { singleFlight } from "../http/single-flight.ts";
import { isOwnNotFound, readRights, service } from "./errors.ts";
import { walkPages } from "./pages.ts";
import { checkedId, opened, type UkoTransport } from "./transport.ts";
import { keystore, vault } from "./wire-containers.ts";

/** 50 internal keystores are an instance's limit (uko-v4.md 3.8); external ones have none, so the memory has. */
const maxRemembered = 10_000;

export function createContainers(transport: UkoTransport): Containers {
  /** A keystore never changes its kind, so one look per run is enough. */
  const kinds = new Map<string, (signal: AbortSignal) => Promise<boolean>>();

  return {
    async vaultExists(vaultId, { signal }) {
      const path = `/vaults/${checkedId(vaultId, "vault")}`;
      try {
        const answer = await transport.read({ method: "GET", path, signal }, readRights.readVault, isOwnNotFound);
        if (answer.status === 404) return "not_found";
        return opened(answer, vault).id === vaultId ? "found" : "unknown";
      } catch (error) {
        // Only the service's own 404 says that a vault is not there; any other failure says nothing.
        if (!isUkoError(error) || doesNotConcernTheVault.includes(error.code)) throw error;
        return "unknown";
      }
    },
    async isInternalKeystore(keystoreId, { signal }) {
      let kind = kinds.get(keystoreId);
      if (kind === undefined) {
        if (kinds.size >= maxRemembered) kinds.clear();
        kind = remembered((flight) => readIsInternal(transport, keystoreId, flight));
        kinds.set(keystoreId, kind);
      }
      return kind(signal);
    },
  };
}

const doesNotConcernTheVault: readonly string[] = [
  "UKO_CANCELLED",
  "UKO_HOST_NOT_ALLOWED",
  "UKO_CREDENTIAL_REFUSED",
  "UKO_BUG",
];

/** Keeps a success, never a failure. */
function remembered(read: (signal: AbortSignal) => Promise<boolean>): (signal: AbortSignal) => Promise<boolean> {
  let known: boolean | undefined;
  const join = singleFlight(async (signal) => {
    known = await read(signal);
    return known;
  });
  return async (signal) => known ?? join(signal);
}

async function readIsInternal(transport: UkoTransport, keystoreId: string, signal: AbortSignal): Promise<boolean> {
  const path = `/keystores/${checkedId(keystoreId, "keystore")}`;
  const isAnswer = (answer: HttpAnswer): boolean => answer.status === 400 || isOwnNotFound(answer);
  const answer = await transport.read({ method: "GET", path, signal }, readRights.readKeystore, isAnswer);
  const found =
    answer.status === 200
      ? opened(answer, keystore)
      : answer.status === 400
        ? await findInList(transport, keystoreId, signal)
        : undefined;
  // Taken for external, a twin under KMS's own dual authorization would go unseen.
  if (found === undefined) throw keystoreNotFound(keystoreId);
  if (found.id !== keystoreId) throw invalidAnswer(service, "it is about another keystore than was asked for", answer);
  if (found.type !== "ibm_cloud_kms") return false;
  if (found.ibm_variant === "") throw invalidAnswer(service, "it does not tell the keystore's ibm_variant", answer);
  return found.ibm_variant === "internal";
}

/** API 4.9 and earlier want `UKO-Vault` for one keystore, whose vault is not known here, but not for the list (uko-v4.md 1.4). */
async function findInList(transport: UkoTransport, keystoreId: string, signal: AbortSignal) {
  const all = await walkPages(transport, {
    call: { path: "/keystores", query: { sort: "created_at" }, signal },
    collection: "keystores",
    items: keystore.array(),
    right: readRights.listKeystores,
  });
  return all.find(({ id }) => id === keystoreId);
}

function keystoreNotFound(keystoreId: string): UkoError {
  return new UkoError("UKO_TWIN_UNREADABLE", {
    summary: `Keystore ${keystoreId} was not found, so whether the key has a KMS twin is not known`,
    detail: "Nothing was changed. Where the keystore was removed, uko sync lets the key's keystores be named anew.",
  });
}
