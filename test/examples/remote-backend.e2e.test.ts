/** The example with a remote backend: two checkouts with one state behind HTTP, which is locked during a run. */

import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { LocalUko } from "../stage/local-uko.ts";
import { type TofuPerson, TofuWorkspace } from "../stage/tofu.ts";
import { typeUko } from "../stage/typing.ts";
import { repository } from "../support/documents.ts";

interface Backend {
  address: string;
  /** The lock as its holder wrote it. */
  lock: string | undefined;
}

/** A backend as OpenTofu documents it: one state, and a lock that a second run does not get. */
async function startBackend(): Promise<Backend> {
  let state: string | undefined;
  const backend: Backend = { address: "", lock: undefined };
  async function answer(request: IncomingMessage): Promise<[status: number, body?: string]> {
    const body = await text(request);
    if (request.method === "LOCK") {
      if (backend.lock !== undefined) return [423, backend.lock];
      backend.lock = body;
      return [200];
    }
    if (request.method === "UNLOCK") backend.lock = undefined;
    if (request.method === "POST") state = body;
    if (request.method !== "GET") return [200];
    return state === undefined ? [404] : [200, state];
  }
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  backend.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return backend;
}

test("colleagues go on with each other's deletion from their own checkouts, and the lock keeps a second run out", async () => {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const backend = await startBackend();
  await using workspace = await TofuWorkspace.create(path.join(repository, "examples/remote-backend"));
  const envOf = (name: string) => ({
    ...uko.settings,
    UKO_API_KEY: `${name}-demo-key`,
    UKO_EVIDENCE: path.join(workspace.folder, "evidence.jsonl"),
    ...{ TF_HTTP_ADDRESS: backend.address, TF_HTTP_LOCK_ADDRESS: backend.address },
    TF_HTTP_UNLOCK_ADDRESS: backend.address,
  });
  async function checkOut(name: string): Promise<TofuPerson> {
    const person = await workspace.person(name, { env: envOf(name) });
    // The folder of the tests has a local backend, in place of which the example's own counts here.
    await rm(path.join(person.workingCopy, "backend_override.tf"));
    await rm(path.join(person.workingCopy, ".terraform/terraform.tfstate"));
    expect(await person.init()).toMatchObject({ exitCode: 0 });
    return person;
  }
  const bob = await checkOut("bob");
  const carol = await checkOut("carol");

  expect(await bob.apply()).toMatchObject({ exitCode: 0 });
  expect((await bob.destroy()).output).toContain("[UKO_APPROVAL_PENDING]");
  expect((await carol.plan()).output).toContain('IBMid-550000BOB ("Bob Example") requested it');
  expect(await typeUko(["approve", "payroll"], envOf("alice"))).toMatchObject({ exitCode: 0 });
  expect((await carol.destroy()).output).toContain("[UKO_REQUEST_PENDING]");
  expect(backend.lock).toBeUndefined();

  backend.lock = JSON.stringify({ ID: "4711", Operation: "OperationTypeApply", Who: "dave@laptop" });
  const locked = await bob.destroy();
  expect(locked.exitCode).toBe(1);
  expect(locked.output).toContain("Error acquiring the state lock");
});
