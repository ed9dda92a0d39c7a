/** A started world whose KMS is called by hand: bodies with defaults, and what a response says in short. */

import { beforeEach } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import {
  type Body,
  type Client,
  type HeaderFields,
  stageFreshWorld,
  type TestResponse,
  type TestWorld,
} from "./harness.ts";

type Fields = Readonly<Record<string, unknown>>;

export const purger = {
  iamId: "IBMid-550000PURGER",
  kind: "person" as const,
  name: "Purger",
  apiKey: "purger-key",
  roles: ["KeyPurge" as const],
};

export interface KmsStage {
  readonly world: TestWorld;
  /** Alice writes, Bob and Carol manage, Erin reads, Peter purges and does nothing else. */
  readonly alice: Client;
  readonly bob: Client;
  readonly carol: Client;
  readonly erin: Client;
  readonly peter: Client;
  /** Creates a key as Bob, by default a root key. */
  create(fields?: Fields, headers?: HeaderFields): Promise<Body>;
  /** The key's metadata as Bob reads it. */
  look(id: string): Promise<Body>;
  act(id: string, action: string, body?: unknown): Promise<TestResponse>;
}

/** Each test begins in the seeded world, at noon of a day, on a clock that stands still. */
export function stageKms(seed: Partial<Seed> = {}): KmsStage {
  const world = stageFreshWorld({ seed: { ...demoSeed, ...seed, identities: [...demoSeed.identities, purger] } });
  beforeEach(async () => {
    await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true, tickMs: 0 });
  });
  /** Logs in when a test asks, because the world does not run before. */
  const client = (name: Parameters<TestWorld["as"]>[0]): Client =>
    new Proxy({} as Client, { get: (_, call: keyof Client) => world.as(name)[call] });
  const bob = client("bob");
  return {
    world,
    alice: client("alice"),
    bob,
    carol: client("carol"),
    erin: client("erin"),
    peter: client({ apiKey: "purger-key" }),
    create: async (fields, headers) => first(await bob.kms("POST", "/keys", keyBody(fields), headers)),
    look: async (id) => first(await bob.kms("GET", `/keys/${id}/metadata`)),
    act: (id, action, body) => bob.kms("POST", `/keys/${id}/actions/${action}`, body),
  };
}

export const keyBody = (fields: Fields = {}): Fields => ({
  metadata: { collectionType: "application/vnd.ibm.kms.key+json", collectionTotal: 1 },
  resources: [{ type: "application/vnd.ibm.kms.key+json", name: "payments", extractable: false, ...fields }],
});

export const policyBody = (...resources: readonly Fields[]): Fields => ({
  metadata: { collectionType: "application/vnd.ibm.kms.policy+json", collectionTotal: resources.length },
  resources,
});

/** The one object of a response; its refusal where there is none. */
export function first(response: TestResponse): Body {
  const [resource] = response.body.resources ?? [];
  if (response.status >= 300 || resource === undefined) throw new Error(`${response.status} ${response.text}`);
  return resource;
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly target?: { readonly type: string; readonly name: string };
}

export function reason(response: TestResponse): Reason | undefined {
  return (response.body.resources?.[0]?.reasons as readonly Reason[] | undefined)?.[0];
}

export const code = (response: TestResponse): string | undefined => reason(response)?.code;
export const names = (response: TestResponse): readonly unknown[] => response.body.resources.map(({ name }) => name);
export const base64 = (text: string): string => Buffer.from(text).toString("base64");
