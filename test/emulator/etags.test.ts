import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCheckedWorld, type TestWorld } from "./harness.ts";

let world: TestWorld;
beforeAll(async () => {
  world = await startCheckedWorld();
});
beforeEach(() => world.emulator.world.reset());
afterAll(() => world.close());

const writes = [
  ["K4", "PATCH", ""],
  ["K5", "DELETE", ""],
  ["K6", "POST", "/activate"],
  ["K7", "POST", "/deactivate"],
  ["K8", "POST", "/destroy"],
  ["K9", "POST", "/rotate"],
  ["K10", "POST", "/update_from_template"],
  ["K11", "POST", "/sync_status_in_keystores"],
] as const;

describe.each(writes)("%s and If-Match (uko-v4.md 1.4, U2)", (_, method, suffix) => {
  const attempt = async (headers: Record<string, string>) => {
    const { id } = await world.keyIn("active");
    return world
      .as("carol")
      .call(method, `/api/v4/managed_keys/${id}${suffix}`, method === "PATCH" ? {} : undefined, headers);
  };

  it("is 400 without it, with the header as target", async () => {
    const answer = await attempt({});
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatchObject({
      code: "missing_header",
      target: { type: "header", name: "If-Match" },
    });
  });

  it("is 400 for a star", async () => {
    expect((await attempt({ "if-match": "*" })).status).toBe(400);
  });

  it("is 412 for another version, whatever the state allows", async () => {
    expect((await attempt({ "if-match": "2001-01-01T00:00:00Z" })).status).toBe(412);
  });
});

it("is the unquoted updated_at in seconds; quotes around it are accepted", async () => {
  const { id, updated_at } = await world.keyIn("active");
  expect((await world.as("bob").key(id)).headers.get("etag")).toBe(updated_at);
  expect(updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const answer = await world
    .as("alice")
    .call("PATCH", `/api/v4/managed_keys/${id}`, {}, { "if-match": `"${updated_at}"` });
  expect(answer.status).toBe(200);
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
  const statuses = (await Promise.all([write("alice"), write("bob")])).map((answer) => answer.status).sort();
  expect(statuses).toEqual([200, 412]);
});
