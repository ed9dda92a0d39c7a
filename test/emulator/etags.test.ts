import { expect, it } from "vitest";
import { payrollRing, payrollTemplate, refusalOf } from "./container-requests.ts";
import { stageFreshWorld, vaultId } from "./harness.ts";

const world = stageFreshWorld();

const key = async () => `managed_keys/${(await world.keyIn("active")).id}`;
const template = async () => `templates/${payrollTemplate}`;
const keystore = async () => `keystores/${payrollRing}`;
const vault = async () => `vaults/${vaultId}`;

const writes = [
  ["updateManagedKey", "PATCH", key, ""],
  ["deleteManagedKey", "DELETE", key, ""],
  ["activateManagedKey", "POST", key, "/activate"],
  ["deactivateManagedKey", "POST", key, "/deactivate"],
  ["destroyManagedKey", "POST", key, "/destroy"],
  ["rotateManagedKey", "POST", key, "/rotate"],
  ["updateManagedKeyFromTemplate", "POST", key, "/update_from_template"],
  ["syncStatusInKeystores", "POST", key, "/sync_status_in_keystores"],
  ["updateTemplate", "PATCH", template, ""],
  ["deleteTemplate", "DELETE", template, ""],
  ["archiveTemplate", "POST", template, "/archive"],
  ["unarchiveTemplate", "POST", template, "/unarchive"],
  ["exposeTemplate", "POST", template, "/expose"],
  ["updateKeystore", "PATCH", keystore, ""],
  ["deleteKeystore", "DELETE", keystore, ""],
  ["updateVault", "PATCH", vault, ""],
  ["deleteVault", "DELETE", vault, ""],
] as const;

it.each(writes)("%s asks for If-Match (uko-v4.md 1.4, U2)", async (_, method, object, suffix) => {
  const path = `/api/v4/${await object()}${suffix}`;
  const attempt = async (headers: Record<string, string>) =>
    refusalOf(await world.as("carol").call(method, path, method === "PATCH" ? {} : undefined, headers));
  expect(await attempt({})).toEqual([400, "missing_header", "If-Match"]);
  expect(await attempt({ "if-match": "*" })).toEqual([400, "invalid_header", "If-Match"]);
  // Another version is refused whatever the state allows.
  expect(await attempt({ "if-match": "2001-01-01T00:00:00Z" })).toEqual([412, "precondition_failed", "If-Match"]);
});

it.each([key, template, keystore, vault])("an object's ETag is its updated_at", async (object) => {
  const response = await world.as("erin").call("GET", `/api/v4/${await object()}`);
  expect([response.status, response.headers.get("etag")]).toEqual([200, response.body.updated_at]);
});

it("is the unquoted updated_at in seconds; quotes around it are accepted", async () => {
  const { id, updated_at } = await world.keyIn("active");
  expect((await world.as("bob").key(id)).headers.get("etag")).toBe(updated_at);
  expect(updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const response = await world
    .as("alice")
    .call("PATCH", `/api/v4/managed_keys/${id}`, {}, { "if-match": `"${updated_at}"` });
  expect(response.status).toBe(200);
});

it("is shared by two writes in one second, and differs a second later", async () => {
  await world.control("clock", { freeze: true, tickMs: 0 });
  const { id } = await world.keyIn("active");
  const first = await world.as("alice").patch(id, { description: "one" });
  const second = await world.as("alice").patch(id, { description: "two" });
  expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
  await world.advance("1s");
  expect((await world.as("alice").patch(id, { description: "three" })).headers.get("etag")).not.toBe(
    first.headers.get("etag"),
  );
});

it("is new with each write under the switch etagGrain: unique (U3)", async () => {
  await world.control("switches", { etagGrain: "unique" });
  await world.control("clock", { freeze: true, tickMs: 0 });
  const { id } = await world.keyIn("active");
  const etags = new Set<string | null>();
  for (const description of ["one", "two", "three"])
    etags.add((await world.as("alice").patch(id, { description })).headers.get("etag"));
  expect(etags.size).toBe(3);
});

it("lets one of two concurrent writers win", async () => {
  const { id, updated_at } = await world.keyIn("active");
  await world.advance("2s");
  const write = (name: "alice" | "bob") =>
    world.as(name).call("PATCH", `/api/v4/managed_keys/${id}`, { description: name }, { "if-match": updated_at });
  const statuses = (await Promise.all([write("alice"), write("bob")])).map((response) => response.status).sort();
  expect(statuses).toEqual([200, 412]);
});
