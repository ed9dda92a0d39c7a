/**
 * An emulator whose lists have something for every probe, and walks of the probes over the real adapters. A walk can
 * falsify what the service responded to a row, so that a test sees whether the row notices.
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monotonicMs, openWorld, sha256 } from "../../../provider/compose/world.ts";
import { demoInstanceId, demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Wire, WireResponse } from "../../../provider/engine/ports/wire.ts";
import type { ProbeLine } from "../../../provider/engine/probe/recording.ts";
import { type LeftKey, type ProbeSummary, walkProbes } from "../../../provider/engine/probe/walk.ts";
import type { WatchedExchange } from "../../../provider/services/http/client.ts";
import { createTokens } from "../../../provider/services/iam.ts";
import { createWire } from "../../../provider/services/wire.ts";
import { apiKeys, startTestWorld, type TestWorld, vaultId } from "../../emulator/harness.ts";
import { options } from "../harness.ts";

export const draftTemplates = ["payroll-draft", "cards-draft"] as const;

/** A world with keys of every kind that a read probe asks about, in which the clock stands still. */
export async function startProbeWorld(label = "Payroll one"): Promise<TestWorld> {
  const test = await startTestWorld({
    seed: { ...demoSeed, clock: { start: "2026-11-24T14:22:00Z", frozen: true } },
  });
  const carol = test.as("carol");
  const { id } = (await carol.create({ label })).body;
  await carol.step(id, "rotate");
  await test.advance("2h");
  await carol.create({ label: "Payroll two" });
  await test.keyIn("deactivated");
  const policy = { policy_type: "metrics", policy_data: { enabled: true } };
  await carol.kms("PUT", "/instance/policies", {
    metadata: { collectionType: "application/vnd.ibm.kms.policy+json", collectionTotal: 1 },
    resources: [policy],
  });
  return test;
}

export interface Walked extends ProbeSummary {
  readonly lines: readonly ProbeLine[];
  readonly kept: readonly LeftKey[];
}

export interface WalkChoices {
  readonly templates?: readonly string[];
  readonly resumed?: readonly LeftKey[];
  readonly hasSecond?: boolean;
  readonly signal?: AbortSignal;
  /** How many lines the disk has room for. */
  readonly room?: number;
  /** The responses to a row, in order, as the row sees them. */
  readonly falsify?: (row: string, index: number, response: WireResponse) => WireResponse;
}

export async function walk(test: TestWorld, choices: WalkChoices = {}): Promise<Walked> {
  const { templates = [], resumed = [], hasSecond = true, falsify = (_row, _index, response) => response } = choices;
  const { url } = test;
  let row = "";
  let index = 0;
  let watch = (_exchange: WatchedExchange): void => {};
  const report = (line: string): void => {
    const begun = /^Probing (\S+)$/.exec(line)?.[1];
    if (begun === undefined) return;
    row = begun;
    index = 0;
  };
  const { world, settings, connection, close } = openWorld(
    {
      UKO_ENDPOINT: url,
      UKO_KMS_ENDPOINT: url,
      UKO_IAM_ENDPOINT: url,
      UKO_INSTANCE_ID: demoInstanceId,
      UKO_API_KEY: apiKeys.carol,
      UKO_EVIDENCE: path.join(mkdtempSync(path.join(tmpdir(), "uko-probe-")), "evidence.jsonl"),
    },
    {},
    {
      progress: { report, count: report },
      watch: (exchange) => watch(exchange),
      clock: { sleep: async (ms) => test.emulator.world.clock.advance(ms) },
    },
  );
  const { http, tokens, endpoints } = connection;
  const credential = { kind: "api_key", read: () => apiKeys.bob } as const;
  const second = createTokens({ http, credential, endpoint: settings.iamEndpoint, sha256, monotonicMs });
  const broker = { url, source: "environment", role: "broker" } as const;
  const wire = createWire({
    http,
    instanceId: demoInstanceId,
    people: { self: tokens, second: hasSecond ? second : undefined },
    endpoints: { ...endpoints, iam: async () => settings.iamEndpoint, broker: async () => broker },
    hasBroker: true,
  });
  ({ watch } = wire);
  const seen = (response: WireResponse): WireResponse => {
    index += 1;
    return falsify(row, index - 1, response);
  };
  const falsified: Wire = {
    has: wire.has,
    send: async (request, call) => seen(await wire.send(request, call)),
    changesDuring: async (work) =>
      (await wire.changesDuring(work)).map((exchange) => ({ ...exchange, response: seen(exchange.response) })),
  };
  const lines: object[] = [];
  let kept: readonly LeftKey[] = [];
  const request = {
    ...{ product: "emulator", region: "eu-de", vaultId, templates, resumed, canResume: true },
    secondPerson: hasSecond ? (await second.actor(options.signal)).writesAs : undefined,
  };
  const append = async (line: object) => {
    if (lines.length === choices.room) throw new Error("no space left");
    lines.push(line);
  };
  const keep = async (keys: readonly LeftKey[]) => {
    kept = [...keys];
  };
  try {
    const summary = await walkProbes({ world, wire: falsified, append, keep }, request, {
      signal: choices.signal ?? options.signal,
    });
    const isProbe = (line: object): line is ProbeLine => "verdict" in line;
    return { ...summary, lines: lines.filter(isProbe), kept };
  } finally {
    await close();
  }
}
