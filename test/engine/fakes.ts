/** Ports with fixed answers, for faults at an exact call. */

import { createResponseTrust, createServiceClock } from "../../provider/engine/ports/service-memory.ts";
import type {
  KeySnapshot,
  KeystoreStatusWithKey,
  KeyWithEtag,
  WithServiceTime,
  World,
} from "../../provider/engine/ports/world.ts";
import { programDialect } from "../../provider/engine/text/dialect.ts";
import { noSeal } from "../../provider/lifecycle/consent/record-text.ts";
import { aKeystoreStatus, alice, anActor, nowMs, sha256, someFacts } from "../support/builders.ts";

const { instanceId, vaultId, keyId } = someFacts();
export const ref = { instanceId, vaultId, keyId };

export function aStatus(over: Partial<KeystoreStatusWithKey> = {}): KeystoreStatusWithKey {
  return { ...aKeystoreStatus(), keyIdInKeystore: "ring/kms-1", ...over };
}

export function aSnapshot(over: Partial<KeySnapshot> = {}): KeySnapshot {
  return {
    keyId,
    vaultId,
    templateId: "7e110000-0000-4000-8000-000000000001",
    templateName: "payroll",
    version: 1,
    label: "payroll",
    description: "Salaries",
    tags: [],
    stateWord: "active",
    algorithm: "aes",
    size: "256",
    activationDate: "",
    expirationDate: "",
    updatedAtMs: nowMs - 3_600_000,
    updatedBy: "IBMid-550000CAR0",
    referencedKeystores: [{ id: "ks-1", name: "ring", type: "ibm_cloud_kms" }],
    storedStatus: [aStatus()],
    ...over,
  };
}

export function answered<T>(value: T, serviceTimeMs = nowMs): WithServiceTime<T> {
  return { value, serviceTimeMs, correlationId: "c-1" };
}

export const found = (over: Partial<KeySnapshot> = {}, etag = "e-1"): WithServiceTime<KeyWithEtag> =>
  answered({ snapshot: aSnapshot(over), etag });

type Partials = { readonly [Port in keyof World]?: Partial<World[Port]> };

/** A world that fails on each call that a test does not define. */
export function aWorld(over: Partials = {}): World & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  const world = {
    keys: uncalled("keys", over.keys),
    backingKeys: uncalled("backingKeys", over.backingKeys),
    vaults: uncalled("vaults", over.vaults),
    keystores: uncalled("keystores", over.keystores),
    templates: uncalled("templates", over.templates),
    kmsKeys: uncalled("kmsKeys", over.kmsKeys),
    containers: uncalled("containers", { keystoreKind: async () => ({ kind: "external" }), ...over.containers }),
    session: {
      instanceId,
      actor: async () => anActor(alice),
      isInstanceProven: async () => false,
      serviceTimeMs: () => undefined,
      ownSeal: noSeal,
      isInstanceReported: async () => false,
      requireOwnInstance: async () => {},
      ...over.session,
    },
    dialect: programDialect,
    serviceClock: createServiceClock(() => undefined),
    responseTrust: createResponseTrust(),
    progress: { report: () => {} },
    evidence: { open: async () => {}, append: async () => {}, ...over.evidence },
    clock: {
      monotonicMs: () => 0,
      async sleep(ms: number, signal: AbortSignal) {
        signal.throwIfAborted();
        sleeps.push(ms);
      },
      ...over.clock,
    },
    sha256,
    newId: () => "00000000-0000-4000-8000-00000000000a",
  };
  return { ...world, sleeps } as unknown as World & { readonly sleeps: number[] };
}

function uncalled(port: string, named: object = {}): object {
  return new Proxy(named, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (member !== undefined) return member;
      return () => {
        throw new Error(`${port}.${String(name)} was not to be called`);
      };
    },
  });
}
