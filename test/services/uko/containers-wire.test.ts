/** Vaults, keystores and templates in every form that samples have: requests, responses, and what uko never returns. */

import { describe, expect, test } from "vitest";
import { createUkoClient } from "../../../provider/services/uko/client.ts";
import { permitForContainer } from "../../support/permits.ts";
import { never, type Reply, serviceAt, serviceTimeMs, useScriptedServer } from "../scripted-server.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const id = "ce110000-0000-4000-8000-000000000001";
const etag = "2022-05-27T10:15:38Z";
const options = { signal: never() };
const vault = { kind: "vault", instanceId: "instance", vaultId, id: vaultId } as const;
const keystore = { kind: "keystore", instanceId: "instance", vaultId, id } as const;
const template = { kind: "template", instanceId: "instance", vaultId, id } as const;

const server = useScriptedServer();
const unknown = (reason: string) => ({ kind: "unknown", reason: expect.stringContaining(reason) });

const client = () => createUkoClient(serviceAt(server));
const reply = (body: object, status = 200): Reply => ({ status, headers: { etag }, body });
const sent = () => server.asked.map(({ method, path }) => `${method} ${path}`);
const bodies = () => server.asked.flatMap(({ body }) => (body === "" ? [] : [JSON.parse(body)]));

describe("a vault", () => {
  const least = { id: vaultId, name: "payments" };

  test("is read from the smallest answer that the service may send, without a vault's header", async () => {
    server.script(reply(least));
    expect(await client().vaults.read(vault, options)).toEqual({
      value: { snapshot: { id: vaultId, name: "payments", description: "", recoveryKeyLabel: "" }, etag },
      serviceTimeMs,
      correlationId: "",
    });
    expect(sent()).toEqual([`GET /api/v4/vaults/${vaultId}`]);
    expect(server.asked[0]?.headers).not.toHaveProperty("uko-vault");
  });

  test("is undefined if the service itself does not find it; a gateway's 404 is an error", async () => {
    server.script({ status: 404, body: { trace: "t-1", errors: [{ code: "not_found", message: "no" }] } });
    expect((await client().vaults.read(vault, options)).value).toBeUndefined();
    server.script({ status: 404, body: "<html>" });
    await expect(client().vaults.read(vault, options)).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
  });

  test("is created once, changed with its ETag, and removed with its path alone", async () => {
    const { vaults } = client();
    server.script(reply(least, 201), reply(least), { status: 204 });
    expect(await vaults.create({ name: "payments" }, options)).toMatchObject({ kind: "done", value: { etag } });
    await vaults.update(vault, { description: "" }, etag, options);
    expect(await vaults.remove(await permitForContainer(vault, etag), options)).toMatchObject({ kind: "done" });
    expect(sent()).toEqual([
      "POST /api/v4/vaults",
      `PATCH /api/v4/vaults/${vaultId}`,
      `DELETE /api/v4/vaults/${vaultId}`,
    ]);
    expect(bodies()).toEqual([{ name: "payments" }, { description: "" }]);
    expect(server.asked.map(({ headers }) => headers["if-match"])).toEqual([undefined, etag, etag]);
  });

  test.each([429, 503])(
    "may exist after a creation answered with %i, and the creation is not sent again",
    async (status) => {
      server.script({ status, headers: { "retry-after": "0" } });
      expect(await client().vaults.create({ name: "payments" }, options)).toMatchObject({ kind: "lost" });
      expect(server.asked).toHaveLength(1);
    },
  );
});

describe("a keystore", () => {
  const least = { id, type: "aws_kms", groups: ["g"] };
  const fieldsOf = async (fields: object) => {
    server.script(reply({ ...least, ...fields }));
    return (await client().keystores.read(keystore, options)).value?.snapshot;
  };

  test("returns no secret, masked or not, and nothing that this release does not know", async () => {
    const found = await fieldsOf({
      aws_region: "eu_central_1",
      aws_access_key_id: "PLANTED",
      aws_secret_access_key: "PLANTED",
      ibm_api_key: "PLANTED",
      azure_service_principal_password: "PLANTED",
      google_credentials: "PLANTED",
      later_secret: "PLANTED",
      azure_tenant: "***",
      google_project_id: "",
    });
    expect(found?.fields).toEqual({ aws_region: "eu_central_1" });
    expect(JSON.stringify(found)).not.toContain("PLANTED");
  });

  test("is read with numbers and flags as texts, and values of a later release", async () => {
    const found = await fieldsOf({
      type: "moon_kms",
      cca_port: "9443",
      cca_use_tls: "true",
      status: { health_status: "napping", message: "z\u001b[2Jz" },
    });
    expect(found).toMatchObject({
      type: "moon_kms",
      vaultId,
      groups: ["g"],
      fields: { cca_port: 9443, cca_use_tls: true },
      health: "napping",
      healthMessage: "z\\u{1b}[2Jz",
    });
    expect(await fieldsOf({ status: "ok" })).toMatchObject({ health: "", healthMessage: "" });
    expect(await fieldsOf({ type: "ibm_cloud_kms", ibm_variant: "internal", ibm_key_ring: "r1" })).toMatchObject({
      variant: "internal",
      ring: "r1",
    });
  });

  test.each([[null], [undefined]])(
    "is not read with %j for its groups: which keys it holds would be unknown",
    async (groups) => {
      await expect(fieldsOf({ groups })).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
    },
  );

  test.each([
    [{ type: "ibm_cloud_kms", ibm_variant: "internal" }, { kind: "internal" }],
    [{ type: "ibm_cloud_kms", ibm_variant: "hpcs" }, { kind: "external" }],
    [{ type: "ibm_cloud_kms", ibm_variant: "key_protect" }, { kind: "external" }],
    [{ type: "aws_kms", ibm_variant: "internal" }, { kind: "external" }],
    [{ type: "ibm_cloud_kms" }, unknown('does not report the variant of keystore "ring"')],
    [{ type: "ibm_cloud_kms", ibm_variant: null }, unknown('does not report the variant of keystore "ring"')],
    [{ type: "ibm_cloud_kms", ibm_variant: "Internal" }, unknown('calls the variant of keystore "ring" Internal')],
    [{ type: null, ibm_variant: "internal" }, unknown('does not report the type of keystore "ring"')],
    [{ type: "IBM_CLOUD_KMS", ibm_variant: "internal" }, unknown('calls the type of keystore "ring" IBM_CLOUD_KMS')],
    [{ type: 7 }, unknown(`Keystore ${id} could not be read`)],
    [{ id: "other" }, unknown("returned another keystore")],
  ])("with %j has a kind that follows from the contract's words alone", async (fields, expected) => {
    server.script(reply({ ...least, name: "ring", ...fields }));
    expect(await client().containers.keystoreKind(id, options)).toEqual(expected);
  });

  test("causes another read of its kind only while its kind is unknown", async () => {
    const { containers } = client();
    server.script(reply({ ...least, type: "?" }), reply(least));
    expect(await containers.keystoreKind(id, options)).toMatchObject({ kind: "unknown" });
    expect(await containers.keystoreKind(id, options)).toEqual({ kind: "external" });
    expect(await containers.keystoreKind(id, options)).toEqual({ kind: "external" });
    expect(server.asked).toHaveLength(2);
  });

  test("is removed in mode restrict in every case", async () => {
    server.script({ status: 204 });
    await client().keystores.remove(await permitForContainer(keystore, etag), options);
    expect(sent()).toEqual([`DELETE /api/v4/keystores/${id}?mode=restrict`]);
    expect(server.asked[0]?.headers).toMatchObject({ "if-match": etag, "uko-vault": vaultId });
  });

  test("is created with its connection, whose fields can neither move it nor change its type", async () => {
    server.script(reply(least, 201), reply(least));
    const { keystores } = client();
    const fields = { aws_region: "eu", type: "x", vault: "y" };
    await keystores.create({ vaultId, type: "aws_kms", name: "a", groups: ["g"], fields }, options);
    await keystores.update(keystore, { groups: ["g", "h"] }, etag, options);
    expect(bodies()).toEqual([
      { type: "aws_kms", vault: { id: vaultId }, name: "a", groups: ["g"], aws_region: "eu" },
      { groups: ["g", "h"] },
    ]);
  });

  test("has a health check", async () => {
    server.script({ body: { health_status: "not_responding" } });
    expect(await client().keystores.status(keystore, options)).toEqual({ health: "not_responding", healthMessage: "" });
    expect(sent()).toEqual([`GET /api/v4/keystores/${id}/status`]);
  });

  test("that its vault does not have is read without the vault", async () => {
    const missing = { status: 404, body: { trace: "t-1", errors: [{ code: "not_found", message: "no" }] } };
    server.script(missing, missing);
    expect((await client().keystores.read(keystore, options)).value).toBeUndefined();
    server.script(missing, {
      body: { id, type: "aws_kms", groups: [], vault: { id: "v-2" } },
      headers: { etag: "e" },
    });
    const elsewhere = await client().keystores.read(keystore, options);
    expect(elsewhere.value?.snapshot.vaultId).toBe("v-2");
    expect(server.asked.map(({ headers }) => headers["uko-vault"])).toEqual([vaultId, undefined, vaultId, undefined]);
  });
});

describe("a template", () => {
  const key = { algorithm: "aes", size: 256, activation_date: "P0D", expiration_date: "P1Y", state: "active" };
  const least = { id, key, keystores: [] };
  const distributed = { group: "g", type: "google_kms", google_key_purpose: "mac", cca_key_words: ["a"], x: 1 };

  test("returns the targets of its keys, with the variant's own fields", async () => {
    server.script(reply({ ...least, version: "3", state: "archived", type: ["shadow"], keystores: [distributed] }));
    expect((await client().templates.read(template, options)).value?.snapshot).toMatchObject({
      size: "256",
      version: 3,
      isArchived: true,
      types: ["shadow"],
      keystoreType: "google_kms",
      group: "g",
      keystoreNamingScheme: "",
      google: { purpose: "mac" },
      cca: { keyWords: ["a"] },
    });
  });

  test.each([[[]], [[distributed, distributed]], [[{ type: "google_kms" }]], [[{ group: "g" }]]])(
    "returns no targets if distributed as %j",
    async (keystores) => {
      server.script(reply({ ...least, keystores }));
      const snapshot = (await client().templates.read(template, options)).value?.snapshot;
      expect(snapshot).toMatchObject({ id });
      expect(snapshot).not.toHaveProperty("keystoreType");
      expect(snapshot).not.toHaveProperty("group");
    },
  );

  test("is archived and restored with its ETag", async () => {
    server.script(reply(least));
    await client().templates.archive(template, etag, options);
    await client().templates.unarchive(template, etag, options);
    expect(sent()).toEqual([`POST /api/v4/templates/${id}/archive`, `POST /api/v4/templates/${id}/unarchive`]);
  });

  test("is listed with the templates that the service hides by default, within its vault", async () => {
    server.script({ body: { total_count: 1, templates: [least] } });
    expect(await client().templates.list({ vaultId }, options)).toHaveLength(1);
    const query = new URL(server.asked[0]?.path ?? "", server.url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      "vault.id": vaultId,
      state: "archived,unarchived",
      "type[]": "user_defined,shadow,system",
    });
  });
});

describe("every container", () => {
  test.each([vault, keystore, template])("of another instance is not called ($kind)", async (ref) => {
    const all = client();
    const there = { ...ref, instanceId: "other" };
    const kinds = { vault: all.vaults, keystore: all.keystores, template: all.templates };
    const removals = {
      vault: async (at: object, tag: string) =>
        all.vaults.remove(await permitForContainer({ ...vault, ...at }, tag), options),
      keystore: async (at: object, tag: string) =>
        all.keystores.remove(await permitForContainer({ ...keystore, ...at }, tag), options),
      template: async (at: object, tag: string) =>
        all.templates.remove(await permitForContainer({ ...template, ...at }, tag), options),
    };
    const remove = removals[ref.kind];
    await expect(kinds[ref.kind].read(there, options)).rejects.toMatchObject({ code: "UKO_INSTANCE_MISMATCH" });
    await expect(remove({ instanceId: "other" }, etag)).rejects.toMatchObject({ code: "UKO_INSTANCE_MISMATCH" });
    await expect(remove({}, "*")).rejects.toMatchObject({ code: "UKO_BUG" });
    expect(server.asked).toEqual([]);
  });

  test.each<[Reply, object]>([
    [{ status: 412 }, { kind: "stale" }],
    [{ status: 403 }, { kind: "forbidden", message: expect.stringMatching(/Vault Administrator/) }],
    [
      { status: 409, body: { errors: [{ message: "in use" }] } },
      { kind: "refused", status: 409, message: "in use" },
    ],
    [{ status: 500 }, { kind: "lost" }],
    [{ cut: "before" }, { kind: "lost" }],
    [{ status: 202 }, { kind: "lost" }],
    [{ status: 200, body: "<html>Signed in</html>" }, { kind: "lost" }],
  ])("reads a removal answered with %j as %j", async (response, expected) => {
    server.script(response);
    const { vaults, keystores, templates } = client();
    expect(await vaults.remove(await permitForContainer(vault, etag), options)).toMatchObject(expected);
    expect(await keystores.remove(await permitForContainer(keystore, etag), options)).toMatchObject(expected);
    expect(await templates.remove(await permitForContainer(template, etag), options)).toMatchObject(expected);
  });

  test.each([
    [401, "UKO_ACCESS_DENIED"],
    [403, "UKO_RIGHTS_MISSING"],
    [500, "UKO_SERVICE_UNAVAILABLE"],
  ])("is never gone after a response %i", async (status, code) => {
    server.script({ status });
    const { vaults, keystores, templates } = client();
    for (const read of [vaults.read(vault, options), keystores.read(keystore, options), templates.list({}, options)]) {
      await expect(read).rejects.toMatchObject({ code });
    }
  });
});
