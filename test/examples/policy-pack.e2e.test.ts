/** The policy pack of the examples, started by the real CLI: programs that break a rule are refused with its reason, others pass. */

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { from, keyResource, type YamlResource, yamlProgram } from "../e2e/package/support/yaml-scenario.ts";
import { type PulumiResult, PulumiWorkspace } from "../stage/pulumi.ts";
import { repository } from "../support/documents.ts";
import { unreachable } from "../support/unreachable.ts";

const pack = path.join(repository, "examples/policy/policy-pack");
/**
 * The Node language host that we can build is older than the CLI and starts no policy packs, so the CLI is given the name of another
 * runtime, and for it what the host of today does: run Pulumi's own entry for policy packs.
 */
const runtime = "node-without-host";
const starter = `#!/bin/sh
export PULUMI_NODEJS_STACK="$PULUMI_STACK" PULUMI_NODEJS_PROJECT="$PULUMI_PROJECT"
exec node "$(node -p "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")" "$@"
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-policy-"));
  await writeFile(path.join(folder, "Pulumi.yaml"), "name: keys\nruntime: yaml\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Previewed {
  readonly program: string;
  readonly projectFolder?: string;
  /** Stacks that count as production; without it the pack's own. */
  readonly production?: readonly string[];
  /** Settings of other policies. */
  readonly settings?: object;
}

async function preview({ program, projectFolder, production, settings: more }: Previewed): Promise<PulumiResult> {
  await using workspace = await PulumiWorkspace.create(projectFolder);
  const copy = path.join(workspace.folder, "policy-pack");
  await cp(pack, copy, { recursive: true, filter: (file) => !file.includes("node_modules") });
  const settings = await readFile(path.join(pack, "PulumiPolicy.yaml"), "utf8");
  expect(settings).toContain("\nruntime: nodejs\n");
  await writeFile(path.join(copy, "PulumiPolicy.yaml"), settings.replace("runtime: nodejs", `runtime: ${runtime}`));
  const bin = path.join(workspace.folder, "bin");
  await mkdir(bin);
  await writeFile(path.join(bin, `pulumi-analyzer-policy-${runtime}`), starter, { mode: 0o755 });
  const bob = await workspace.person("bob", { program });
  const env = { PATH: [bin, bob.environment().PATH].join(path.delimiter), ...unreachable };
  const configuration = path.join(workspace.folder, "production.json");
  await writeFile(
    configuration,
    JSON.stringify({ "keys-are-protected-in-production": { stacks: production ?? ["prod"] }, ...more }),
  );
  const configured = production === undefined && more === undefined ? [] : ["--policy-pack-config", configuration];
  // Only now: what is returned before its end would be killed with the workspace.
  return await bob.preview(["--policy-pack", copy, ...configured], { env });
}

function previewYaml(
  resources: Readonly<Record<string, YamlResource>>,
  production?: readonly string[],
): Promise<PulumiResult> {
  return preview({ program: yamlProgram({ resources }), projectFolder: folder, ...(production && { production }) });
}

/** The rules that were broken, each with the resource. */
function brokenIn({ output }: PulumiResult): readonly string[] {
  return Array.from(output.matchAll(/- \[mandatory\] +(\S+) +\(\S+: (\S+)\)/g), ([, rule, name]) => `${rule} ${name}`);
}

const vault: YamlResource = { type: "uko:index:Vault", properties: { name: "treasury" } };

test("programs that break no rule pass", async () => {
  const previewed = await previewYaml(
    {
      vault,
      live: keyResource("live", {}, { protect: true }),
      kept: keyResource("kept", { deletionProtection: true, dualAuthorization: "required" }),
      retired: keyResource("retired", { state: "destroyed", deletionReason: "over", deletionProtection: true }),
      // Its vault is of no concern to this program.
      early: keyResource("early", { deletionCompletesAt: "destroyed", deletionProtection: true }),
    },
    ["dev"],
  );
  expect(brokenIn(previewed)).toEqual([]);
  expect(previewed).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
  expect(previewed.output).toMatch(/uko-keys@v\d/);
});

describe("refused, with the reason", () => {
  test("an unprotected key, in a production stack alone", async () => {
    const key = { payroll: keyResource("payroll") };
    const inProduction = await previewYaml(key, ["live", "dev"]);
    expect(inProduction.exitCode).not.toBe(0);
    expect(brokenIn(inProduction)).toEqual(["keys-are-protected-in-production payroll"]);
    expect(inProduction.output).toContain("Set the resource option protect, or deletionProtection: true");
    expect(await previewYaml(key)).toMatchObject({ exitCode: 0 });
  });

  test("a key that one person may end, and one that is retired without a word", async () => {
    const previewed = await previewYaml({
      alone: keyResource("alone", { dualAuthorization: "single" }),
      silent: keyResource("silent", { state: "destroyed", deletionReason: undefined }),
    });
    expect(previewed.exitCode).not.toBe(0);
    expect(brokenIn(previewed).toSorted()).toEqual(["retiring-says-why silent", "two-people-end-a-key alone"]);
    expect(previewed.output).toContain('dualAuthorization: "single" lets one person delete this key alone');
    expect(previewed.output).toContain('state: "destroyed" retires this key without a reason');
  });

  test("a key whose record would block a vault of the same program", async () => {
    const previewed = await previewYaml({
      vault,
      ledger: keyResource("ledger", { vaultId: from("vault.vaultId"), deletionCompletesAt: "destroyed" }),
    });
    expect(previewed.exitCode).not.toBe(0);
    expect(brokenIn(previewed)).toEqual(["records-do-not-block-their-vault ledger"]);
    expect(previewed.output).toContain('blocks the deletion of "vault" in this program');
  });

  test("a retirement without a ticket, before its last day, or in a freeze, if the configuration says so", async () => {
    const freeze = { name: "year-end", from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" };
    const mandatory = { enforcementLevel: "mandatory" };
    const program = yamlProgram({
      resources: {
        early: keyResource("early", { state: "destroyed", deletionReason: "over", expirationDate: "2120-01-01" }),
        late: keyResource("late", { state: "destroyed", deletionReason: "SEC-42", expirationDate: "2020-01-01" }),
        live: keyResource("live"),
      },
    });
    const settings = { "retiring-names-a-ticket": mandatory, "retiring-after-the-last-day": mandatory };
    const refused = await preview({ program, projectFolder: folder, settings });
    expect(brokenIn(refused).toSorted()).toEqual([
      "retiring-after-the-last-day early",
      "retiring-names-a-ticket early",
    ]);
    const frozen = { "no-retirement-in-a-freeze": { ...mandatory, freezes: [freeze] } };
    const inFreeze = await preview({ program, projectFolder: folder, settings: frozen });
    expect(brokenIn(inFreeze).toSorted()).toEqual([
      "no-retirement-in-a-freeze early",
      "no-retirement-in-a-freeze late",
    ]);
    expect(inFreeze.output).toContain("(year-end)");
  });

  test("a key of the dynamic provider as one of the package", async () => {
    const program = `import { ManagedKey } from "pulumi-uko";
new ManagedKey("alone", { vaultId: "5c1e0000-0000-4000-8000-000000000001", template: "payroll", dualAuthorization: "single" });\n`;
    const previewed = await preview({ program });
    expect(previewed.exitCode).not.toBe(0);
    expect(brokenIn(previewed)).toEqual(["two-people-end-a-key alone"]);
  });
});
