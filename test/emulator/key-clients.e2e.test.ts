/**
 * IBM's own clients of KMS for Python and Go, unmodified, with the calls that each makes by default, on an instance of Hyper
 * Protect Crypto Services. IBM's live tests run on one of Key Protect (live-tests.e2e.test.ts).
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { locateGo } from "../engines/find-go.ts";
import { installPython, isPythonLeftOut } from "../engines/find-python.ts";
import { type ClientRun, clientRuns } from "./live-tests/clients.ts";

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ seed: demoSeed, profile: "ibm-clients" });
});
afterEach(() => emulator?.close());

const folder = (name: string) => fileURLToPath(new URL(`key-clients/${name}/`, import.meta.url));

/** Runs a client's program as Carol, and returns what it printed and what the emulator refused. Checks the number of calls. */
async function walk(
  { passes }: ClientRun,
  file: string,
  args: readonly string[],
  cwd: string,
  env: object = {},
): Promise<string> {
  const { url, instanceId, world } = emulator;
  const uko = { UKO_ENDPOINT: url, UKO_INSTANCE_ID: instanceId, UKO_API_KEY: "carol-demo-key" };
  const options = { cwd, env: { ...process.env, ...env, ...uko }, timeout: 170_000 };
  const { stdout } = await promisify(execFile)(file, args, options);
  expect(passes).toContain(`: ${world.audit.since(0).length} calls`);
  const refused = world.audit.since(0).filter(({ status }) => status >= 400);
  return `${stdout}${refused.map(({ operation, status }) => `refused ${operation} ${status}\n`).join("")}`;
}

/** The checksums of all packages are pinned in a file; pip fetches them, as configured on the machine. */
it.skipIf(isPythonLeftOut()).each([
  [clientRuns.keyprotect3.release, "keyprotect-3", clientRuns.keyprotect3],
  [clientRuns.keyprotect2.release, "keyprotect-2", clientRuns.keyprotect2],
])("Python's keyprotect %s leads a key from created to purged", async (_version, name, client) => {
  const venv = await mkdtemp(path.join(tmpdir(), `uko-${name}-`));
  try {
    const cwd = folder("python");
    const python = await installPython(venv, path.join(cwd, `${name}.txt`));
    const said = await walk(client, python, [`${name}.py`], cwd, {
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONPATH: undefined,
    });
    await expect(said).toMatchFileSnapshot(`../golden/clients/${name}.txt`);
  } finally {
    await rm(venv, { recursive: true, force: true });
  }
});

it(`Go's key client ${clientRuns.goKeys.release} leads a key from created to purged`, async () => {
  const { goBin, env } = await locateGo();
  const said = await walk(clientRuns.goKeys, goBin, ["run", "-mod=readonly", "."], folder("go"), env);
  await expect(said).toMatchFileSnapshot("../golden/clients/keyprotect-go-client.txt");
});
