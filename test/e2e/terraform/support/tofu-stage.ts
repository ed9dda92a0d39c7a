/** An emulator, people with the real OpenTofu and the built provider, and the oracle's verdict on all that happened. */

import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import { type LocalUko, openEmulator } from "../../../contracts/interfaces/support/emulator.ts";
import { asOutsider, outsiderAgent } from "../../../contracts/interfaces/support/outsider.ts";
import { runUko, type TypedResult } from "../../../contracts/interfaces/support/terminal.ts";
import { type TofuPerson, TofuWorkspace } from "../../../stage/tofu.ts";
import { emulatorAddresses } from "../../../support/emulator-addresses.ts";
import { explainVerdict, type JudgeOptions, judge, type TrailEntry } from "../../../support/oracle.ts";

export const vaultId = "5c1e0000-0000-4000-8000-000000000001";
export const startTime = "2026-11-24T14:22:00Z";
const apiKeys = { alice: "alice-demo-key", bob: "bob-demo-key", carol: "carol-demo-key" } as const;

export type Name = keyof typeof apiKeys;

export interface TofuStage {
  readonly uko: LocalUko;
  readonly workspace: TofuWorkspace;
  person(name: Name, program?: string): Promise<TofuPerson>;
  /** What a person has in their shell's profile. */
  environmentOf(name: Name): Readonly<Record<string, string>>;
  advance(ms: number): Promise<unknown>;
  /** Operations that changed something after `seq`. */
  effects(seq?: number): Promise<readonly string[]>;
  mark(): Promise<number>;
  /** A change of a key without uko, which the oracle does not judge. */
  edit(keyId: string, fields: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** A key `payroll`, with these lines in addition. */
export const keyProgram = (more = "", others = ""): string => `
resource "uko_managed_key" "payroll" {
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "payroll"
  ${more}
}
${others}
`;

/** Runs `uko ARGS` at this person's terminal; the person agrees with each question. */
export async function type(person: TofuPerson, args: readonly string[]): Promise<TypedResult> {
  const typed = await runUko(args, { environment: person.environment(), workingCopy: person.workingCopy });
  if (typed.exitCode !== 0) throw new Error(`uko ${args.join(" ")} failed:\n${typed.stdout}${typed.stderr}`);
  return typed;
}

/** Opens a stage for one test, judges it and ends it. */
export async function withStage(
  body: (stage: TofuStage) => Promise<void>,
  judged: Partial<JudgeOptions> = {},
  seed: Seed = demoSeed,
): Promise<void> {
  const clock = { start: startTime, frozen: true };
  const { profile = "documented" } = seed;
  const [uko, workspace] = await Promise.all([openEmulator(profile, { ...seed, clock }), TofuWorkspace.create()]);
  try {
    await body(stageOf(uko, workspace));
    const isOutsider = ({ userAgent }: TrailEntry): boolean => userAgent === outsiderAgent;
    const verdict = judge(await uko.audit(), { required: true, gate: "both", isOutsider, ...judged });
    if (!verdict.ok) throw new Error(`The oracle finds:\n${explainVerdict(verdict)}`);
  } finally {
    await workspace.dispose();
    await uko.stop();
  }
}

export interface MadeStage {
  readonly stage: TofuStage;
  readonly bob: TofuPerson;
  /** The end of the audit trail after the first `apply`. */
  readonly mark: number;
}

/** The same after an `apply` by Bob of this program. */
export function withMade(program: string, body: (made: MadeStage) => Promise<void>): Promise<void> {
  return withStage(async (stage) => {
    const bob = await stage.person("bob", program);
    await bob.apply();
    await body({ stage, bob, mark: await stage.mark() });
  });
}

function stageOf(uko: LocalUko, workspace: TofuWorkspace): TofuStage {
  const environmentOf = (name: Name) => ({
    ...emulatorAddresses(uko.url, uko.instanceCrn),
    UKO_INSTANCE_ID: uko.instanceCrn ?? uko.instanceId,
    UKO_API_KEY: apiKeys[name],
  });
  return {
    uko,
    workspace,
    environmentOf,
    person: (name, program = keyProgram()) => workspace.person(name, { program, env: environmentOf(name) }),
    advance: (ms) => uko.control("clock", { advance: ms }),
    edit: (keyId, fields) => asOutsider(uko.url, apiKeys.carol).patch(keyId, fields),
    mark: async () => (await uko.audit()).at(-1)?.seq ?? 0,
    effects: async (seq = 0) =>
      (await uko.audit())
        .filter((entry) => entry.seq > seq && entry.effect && entry.operation !== "token")
        .map(({ operation }) => operation),
  };
}
