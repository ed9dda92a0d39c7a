/**
 * An emulator whose lists have something for every probe, and walks of the probes over the real adapters. A walk can
 * falsify what the service responded to a row, so that a test sees whether the row notices.
 */

import { openWorld } from "../../provider/compose/world.ts";
import { demoInstanceId, demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import type { Progress } from "../../provider/engine/ports/world.ts";
import type { ProbeLine } from "../../provider/probe/recording.ts";
import { type ProbeSummary, walkProbes } from "../../provider/probe/walk.ts";
import type { Wire, WireRequest, WireResponse } from "../../provider/probe/wire.ts";
import { createWire } from "../../provider/services/wire.ts";
import { apiKeys, startTestWorld, type TestWorld } from "../emulator/harness.ts";
import { options } from "../engine/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";

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
  /** Every request that left the port of the probe. */
  readonly sent: readonly WireRequest[];
}

/** The responses to a row, in order, as the row sees them. */
export type Falsify = (row: string, index: number, response: WireResponse) => WireResponse;

/** The port of the probe against the emulator, and the rest of what a walk gets. */
export function openProbe(test: TestWorld, progress: Progress) {
  const { url } = test;
  const { world, settings, connection, close } = openWorld(
    {
      ...emulatorAddresses(url),
      UKO_INSTANCE_ID: demoInstanceId,
      UKO_API_KEY: apiKeys.carol,
    },
    {},
    { progress },
  );
  const { http, tokens, endpoints } = connection;
  const broker = { url, source: "environment", role: "broker" } as const;
  const wire = createWire({
    http,
    instanceId: demoInstanceId,
    bearer: tokens,
    endpoints: { ...endpoints, iam: async () => settings.iamEndpoint, broker: async () => broker },
    hasBroker: true,
  });
  return { world, wire, close };
}

export async function walk(test: TestWorld, falsify: Falsify = (_row, _index, response) => response): Promise<Walked> {
  let row = "";
  let index = 0;
  const count = (line: string): void => {
    row = /^Probing (\S+)$/.exec(line)?.[1] ?? row;
    index = 0;
  };
  const { world, wire, close } = openProbe(test, { report: () => {}, count });
  const sent: WireRequest[] = [];
  const falsified: Wire = {
    hasBroker: wire.hasBroker,
    async send(request, call) {
      sent.push(request);
      index += 1;
      return falsify(row, index - 1, await wire.send(request, call));
    },
  };
  const lines: object[] = [];
  const append = async (line: object) => void lines.push(line);
  try {
    const summary = await walkProbes(
      { ...world, wire: falsified, append },
      { product: "emulator", region: "eu-de" },
      options,
    );
    const isProbe = (line: object): line is ProbeLine => "verdict" in line;
    return { ...summary, lines: lines.filter(isProbe), sent };
  } finally {
    await close();
  }
}
