/** UKO's responses in every form that samples have, and some invalid ones. */

import { describe, expect, test } from "vitest";
import type { KeySnapshot, Keys } from "../../../provider/engine/ports/world.ts";
import { createUkoClient } from "../../../provider/services/uko/client.ts";
import { permitTo } from "../../support/permits.ts";
import { never, type Reply, serviceAt, serviceTimeMs, useScriptedServer } from "../scripted-server.ts";

const keyId = "9b2d0000-0000-4000-8000-000000000001";
const ref = { instanceId: "instance", vaultId: "5c1e0000-0000-4000-8000-000000000001", keyId };
const options = { signal: never() };
const noKeystores = { referenced_keystores: [], status_in_keystores: [] };
const least = { id: keyId, label: "payroll", state: "active", algorithm: "aes", ...noKeystores };
const etag = "2022-05-27T10:15:38Z";

const server = useScriptedServer();

const client = (suffix = "") => createUkoClient(serviceAt(server, { suffix, token: "planted-token" }));
const keys = (): Keys => client().keys;
const keyReply = (fields: Record<string, unknown> = {}): Reply => ({
  headers: { etag },
  body: { ...least, ...fields },
});
const snapshotOf = async (fields: Record<string, unknown>): Promise<KeySnapshot | undefined> => {
  server.script(keyReply(fields));
  return (await keys().read(ref, options)).value?.snapshot;
};

describe("a request", () => {
  test("goes below /api/v4 under every spelling of the endpoint, with the vault, and an unchanged ETag", async () => {
    server.script(keyReply());
    for (const suffix of ["", "/", "/api", "/api/v4"]) await client(suffix).keys.read(ref, options);
    for (const request of server.asked) {
      expect(request.path).toBe(`/api/v4/managed_keys/${keyId}`);
      expect(request.headers).toMatchObject({ accept: "application/json", "uko-vault": ref.vaultId });
    }
    server.asked.length = 0;
    await keys().act(await permitTo("deactivate", ref, etag), options);
    expect(server.asked[0]).toMatchObject({
      method: "POST",
      path: `/api/v4/managed_keys/${keyId}/deactivate`,
      body: "",
    });
    expect(server.asked[0]?.headers["if-match"]).toBe(etag);
  });

  test("for a key that no list shows is one call in every vault, and names the vault for a caller who may read only that one", async () => {
    const missing = { status: 404, body: { trace: "t-1", errors: [{ code: "not_found", message: "no" }] } };
    const read = async (...replies: readonly Reply[]) => {
      server.asked.length = 0;
      server.script(...replies);
      const { value } = await keys().read(ref, options, true);
      return [value?.snapshot.keyId, ...server.asked.map(({ headers }) => headers["uko-vault"])];
    };
    expect(await read(missing)).toEqual([undefined, undefined]);
    expect(await read({ ...missing, status: 403 }, keyReply())).toEqual([keyId, undefined, ref.vaultId]);
  });

  test("that changes a key is never sent without an ETag, or with one that matches everything", async () => {
    for (const wrong of ["", " ", "*"]) {
      const sending = keys().act(await permitTo("destroy", ref, wrong), options);
      await expect(sending).rejects.toMatchObject({ code: "UKO_BUG" });
    }
    expect(server.asked).toEqual([]);
  });

  test("that removes a key never has force or any other parameter", async () => {
    server.script({ status: 204 });
    expect(await keys().remove(await permitTo("remove", ref, etag), options)).toMatchObject({
      kind: "done",
      serviceTimeMs,
    });
    expect(server.asked).toMatchObject([{ method: "DELETE", path: `/api/v4/managed_keys/${keyId}`, body: "" }]);
  });

  test.each([{ status: 202 }, { status: 200, body: "<html>Signed in</html>" }])(
    "does not remove a key with %j",
    async (response) => {
      server.script(response);
      expect(await keys().remove(await permitTo("remove", ref, etag), options)).toMatchObject({ kind: "lost" });
    },
  );

  test("names only the fields to send", async () => {
    server.script({ ...keyReply(), status: 201 });
    await keys().create({ vaultId: ref.vaultId, templateName: "payroll", tags: [] }, options);
    await keys().update(ref, { tags: [], activationDate: "2027-01-01" }, etag, options);
    expect(server.asked.map(({ body }) => JSON.parse(body))).toEqual([
      { template_name: "payroll", vault: { id: ref.vaultId } },
      { activation_date: "2027-01-01", tags: [] },
    ]);
  });
});

describe("a key", () => {
  test("is read from the smallest answer that the service may send", async () => {
    expect(await snapshotOf({})).toEqual({
      keyId,
      vaultId: ref.vaultId,
      templateId: "",
      templateName: "",
      version: 1,
      label: "payroll",
      description: "",
      tags: [],
      stateWord: "active",
      algorithm: "aes",
      size: "",
      activationDate: "",
      expirationDate: "",
      referencedKeystores: [],
      storedStatus: [],
    });
  });

  test("is read with numbers as texts, texts as numbers, null for an optional list, and unknown values and fields", async () => {
    const found = await snapshotOf({
      version: "3",
      size: 256,
      tags: null,
      state: "hibernating",
      surprise: { deep: [1] },
      updated_at: "2022-05-27T10:15:38.123+00:00",
      updated_by: "IBMid-A",
    });
    expect(found).toMatchObject({ version: 3, size: "256", tags: [], stateWord: "hibernating", updatedBy: "IBMid-A" });
    expect(found?.updatedAtMs).toBe(Date.UTC(2022, 4, 27, 10, 15, 38, 123));
  });

  test("is read with the places of its material if the service names them", async () => {
    expect(await snapshotOf({ key_material_present: ["keystores", "moon"] })).toMatchObject({
      materialPresent: ["keystores", "moon"],
    });
    expect(await snapshotOf({ key_material_present: [] })).toMatchObject({ materialPresent: [] });
    expect(await snapshotOf({ key_material_present: null })).not.toHaveProperty("materialPresent");
  });

  test("has an unknown last writer if the writer's ID contains invisible characters", async () => {
    for (const writer of ["IBMid-A\u200b", "IBMid-A ", ""]) {
      expect(await snapshotOf({ updated_by: writer })).not.toHaveProperty("updatedBy");
    }
  });

  test("is read with the label and description unchanged", async () => {
    const text = "a\n\u001b[31m [uko1x";
    expect(await snapshotOf({ label: text, description: text })).toMatchObject({ label: text, description: text });
  });

  test.each<[string, Reply]>([
    ["without an ETag", { body: least }],
    ["without a valid Date", { ...keyReply(), headers: { etag, date: "now" } }],
    ["of another key", keyReply({ id: "other" })],
    ["without a label", keyReply({ label: undefined })],
    ["without a state", keyReply({ state: null })],
    ["with tags that are none", keyReply({ tags: "a" })],
    ["without the keystores that it refers to", keyReply({ referenced_keystores: undefined })],
    ["with null for the keystores that it refers to", keyReply({ referenced_keystores: null })],
    ["without its status in keystores", keyReply({ status_in_keystores: undefined })],
    ["with null for its status in keystores", keyReply({ status_in_keystores: null })],
    ["with a place of its material that is not a list", keyReply({ key_material_present: "keystores" })],
    [
      "with a status in a keystore that lacks its detail",
      keyReply({ status_in_keystores: [{ status: "not_present", keystore_sync_flag: "ok" }] }),
    ],
  ])("is not read %s", async (_, reply) => {
    server.script(reply);
    await expect(keys().read(ref, options)).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
    // The same as the response to a change: the effect may have happened.
    if (reply.body !== undefined)
      expect(await keys().act(await permitTo("deactivate", ref, etag), options)).toMatchObject({ kind: "lost" });
  });
});

describe("a keystore's response", () => {
  const least = { status: "active", keystore_sync_flag: "ok", keystore_sync_flag_detail: "" };
  const status = async (fields: Record<string, unknown>) =>
    (await snapshotOf({ status_in_keystores: [{ ...least, ...fields }] }))?.storedStatus[0];

  test("is kept in the contract's words, with the old word for verifying understood and any other unrecognized", async () => {
    expect(await status({})).toMatchObject({ status: "active", syncFlag: "ok", keystoreId: "", keyIdInKeystore: "" });
    expect(await status({ keystore_sync_flag: "pending" })).toMatchObject({ syncFlag: "verifying_sync" });
    expect(await status({ status: "asleep", keystore_sync_flag: "?" })).toMatchObject({
      status: "unrecognized",
      syncFlag: "unrecognized",
    });
  });

  test("has the end of its pending period if the service returns one", async () => {
    expect(await status({ destruction_at: "2020-06-24T09:46:41.000+00:00" })).toMatchObject({
      destructionAtMs: Date.UTC(2020, 5, 24, 9, 46, 41),
    });
    for (const text of ["", null, "later"])
      expect(await status({ destruction_at: text })).not.toHaveProperty("destructionAtMs");
    // The name of the same field in 4.14.0 and 4.14.1; a duration is not a date.
    const [older, newer] = ["2020-06-24T09:46:41.000+00:00", "2020-06-25T00:00:00.000+00:00"];
    expect(await status({ destruction_in: older })).toMatchObject({
      destructionAtMs: Date.UTC(2020, 5, 24, 9, 46, 41),
    });
    expect(await status({ destruction_in: "PT168H" })).not.toHaveProperty("destructionAtMs");
    const both = await status({ destruction_at: newer, destruction_in: older });
    expect(both).toMatchObject({ destructionAtMs: Date.UTC(2020, 5, 25) });
  });

  test("has its error in one clean line", async () => {
    const errors = [{ code: "x", message: "no\u001b[2J\nanswer", target: { type: "field", name: "a.b" } }];
    expect(await status({ error: { errors } })).toMatchObject({ error: "no\\u{1b}[2J answer (field a.b)" });
    expect(await status({ error: { message: "m" } })).toMatchObject({ error: "m" });
    expect(await status({ error: null })).not.toHaveProperty("error");
  });
});

describe("lists", () => {
  const items = (count: number, from = 0) =>
    Array.from({ length: count }, (_, at) => ({ ...least, id: `k-${from + at}` }));
  const list = () => keys().list({ vaultId: ref.vaultId }, options);
  const offsets = () => server.asked.map(({ path }) => new URL(path, server.url).searchParams.get("offset"));

  test("are read by the number of received keys, not of requested keys, each key once", async () => {
    server.script(
      { body: { total_count: "5", managed_keys: items(2) } },
      { body: { total_count: 5, managed_keys: items(2, 1) } },
      { body: { total_count: 5, managed_keys: items(1, 4) } },
    );
    expect((await list()).map(({ keyId: id }) => id)).toEqual(["k-0", "k-1", "k-2", "k-4"]);
    expect(offsets()).toEqual(["0", "2", "4"]);
  });

  test("end with an empty page, whatever the count says", async () => {
    server.script({ body: { total_count: 9, managed_keys: items(1) } }, { body: { total_count: 9, managed_keys: [] } });
    expect(await list()).toHaveLength(1);
  });

  test.each([
    [
      "ends with an empty page before its count",
      [
        [9, items(1)],
        [9, []],
      ],
    ],
    ["shows a key twice", [[2, [...items(1), ...items(1)]]]],
    [
      "counts fewer keys on its next page, because one was removed",
      [
        [3, items(2)],
        [2, items(0)],
      ],
    ],
  ] as const)("that must be whole are refused if one %s", async (_what, pages) => {
    const whole = { vaultId: ref.vaultId, isWhole: true } as const;
    server.script(...pages.map(([count, keys]) => ({ body: { total_count: count, managed_keys: keys } })));
    await expect(keys().list(whole, options)).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
  });

  test("without an end stop with an error", async () => {
    server.script({ body: { total_count: 1e9, managed_keys: items(1) } });
    await expect(list()).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
    expect(server.asked).toHaveLength(250);
  });

  test("with one unreadable key are not read at all: the missing key may be the requested one", async () => {
    server.script({ body: { total_count: 2, managed_keys: [...items(1), { id: "k-1" }] } });
    await expect(list()).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
  });

  test("request every state", async () => {
    server.script({ body: { total_count: 0, managed_keys: [] } });
    await list();
    expect(new URL(server.asked[0]?.path ?? "", server.url).searchParams.get("state")?.split(",")).toHaveLength(6);
  });
});

describe("the uses of a key", () => {
  const registration = (prevents: unknown) => ({
    id: "crn",
    type: "com_ibm_cloud_kms_registration",
    name: "bucket-1",
    com_ibm_cloud_kms_registration: { prevents_key_deletion: prevents, service_name: "cos", service_instance_name: "" },
  });
  const use = (reply: Reply) => {
    server.script(reply);
    return keys().use(ref, options);
  };
  const page = (...found: unknown[]): Reply => ({ body: { total_count: found.length, associated_resources: found } });

  test("are counted, and the blocking resources are named", async () => {
    expect(await use(page(registration(false), registration(true)))).toEqual({
      kind: "known",
      count: 2,
      retainedBy: ["cos bucket-1"],
      resources: [expect.objectContaining({ id: "crn" }), expect.objectContaining({ id: "crn" })],
    });
  });

  test.each<[string, Reply]>([
    ["a right is missing", { status: 403 }],
    ["the list has a use of an unknown kind", page({ id: "x", type: "com_new" })],
    ["a use does not state whether it keeps the key", page(registration(undefined))],
    ["the response is not a list", { body: {} }],
    ["the list is not found", { status: 404 }],
    ["the service counts more than it lists", { body: { total_count: 2, associated_resources: [] } }],
  ])("are unreadable if %s", async (_, reply) => {
    expect(await use(reply)).toMatchObject({ kind: "unreadable" });
  });

  test("are read again later if the service is unavailable", async () => {
    await expect(use({ status: 503 })).rejects.toMatchObject({ code: "UKO_SERVICE_UNAVAILABLE" });
  });
});

describe("an error", () => {
  const refused = { trace: "trace-9", errors: [{ code: "invalid_state", message: `no\u001b[31m ${"x".repeat(900)}` }] };

  test("contains the service's sentence clean and cut, with its correlation ID", async () => {
    server.script({ status: 409, body: refused });
    const end = await keys().act(await permitTo("destroy", ref, etag), options);
    expect(end).toMatchObject({ kind: "refused", status: 409, correlationId: "trace-9" });
    const { message } = end as { message: string };
    expect(message).not.toContain("\u001b");
    expect(message.length).toBeLessThanOrEqual(500);
  });

  test("never contains the token, even if the service repeats it", async () => {
    for (const status of [400, 401, 403, 409, 500]) {
      server.script({ status, body: { errors: [{ code: "x", message: "Bearer planted-token was refused" }] } });
      const read = await keys()
        .read(ref, options)
        .catch((error: unknown) => error);
      const written = await keys()
        .act(await permitTo("destroy", ref, etag), options)
        .catch((error: unknown) => error);
      for (const end of [read, written]) {
        const { message, detail, data, cause } = end as Record<string, unknown>;
        expect(JSON.stringify([end, message, detail, data, String(cause)])).not.toContain("planted-token");
      }
    }
  });

  test("contains no gateway's page", async () => {
    server.script({ status: 400, body: "<html><script>alert(1)</script></html>" });
    expect(await keys().act(await permitTo("destroy", ref, etag), options)).toMatchObject({
      kind: "refused",
      message: "the service gave no reason",
    });
  });
});
