import { describe, expect, it } from "vitest";
import { awsFrankfurt, change, connect, keystoreBodies, payrollRing, refusalOf } from "./container-requests.ts";
import { type Body, stageFreshWorld, vaultId } from "./harness.ts";

const world = stageFreshWorld();

const path = "/api/v4/keystores";
const one = (id: string): string => `${path}/${id}`;
const post = (body: object, query = "") => world.as("bob").call("POST", `${path}${query}`, body);
const wrong = { ...keystoreBodies.aws_kms, aws_secret_access_key: "wrong" };

describe("S1 and S3 show keystores (uko-v4.md 2.4, 3.7)", () => {
  const names = async (query: string): Promise<readonly unknown[]> => {
    const { body } = await world.as("bob").call("GET", `${path}?sort=name&${query}`);
    return (body.keystores as readonly Body[]).map((keystore) => keystore.name);
  };

  it.each([
    ["", ["aws-frankfurt", "payroll-ring"]],
    ["type=aws_kms", ["aws-frankfurt"]],
    ["name=ring", ["payroll-ring"]],
    ["group=cards", ["aws-frankfurt"]],
    ["groups%5B%5D=cards,payroll", ["aws-frankfurt", "payroll-ring"]],
    ["location=eu_central_1", ["aws-frankfurt"]],
    ["status.health_status=ok,not_responding", ["aws-frankfurt", "payroll-ring"]],
    ["status.health_status=pending_check", []],
    ["vault.id=none", []],
    ["description=x", []],
  ])("S1 filters by %j", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each(["group=cards&groups%5B%5D=cards", "type=ibm", "status.health_status=fine", "sort=location"])(
    "S1 refuses %s",
    async (query) => {
      expect((await world.as("bob").call("GET", `${path}?${query}`)).body.errors[0]?.code).toBe("invalid_parameter");
    },
  );

  it("S3 answers a keystore, 404 for another id", async () => {
    expect((await world.as("erin").call("GET", one(payrollRing))).body).toMatchObject({
      name: "payroll-ring",
      type: "ibm_cloud_kms",
      ibm_variant: "internal",
      groups: ["payroll"],
      ibm_instance_id: "",
      ibm_api_key: "",
      status: { health_status: "ok" },
    });
    expect((await world.as("erin").call("GET", one("none"))).status).toBe(404);
  });
});

describe("S2 creates or connects a keystore (uko-v4.md 3.8)", () => {
  it("S2 makes a key ring of an internal keystore, its name its only group (U23)", async () => {
    const response = await post(keystoreBodies.internal);
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe(`/v4/keystores/${response.body.id}`);
    expect(response.headers.get("etag")).toBe(response.body.updated_at);
    expect(response.body).toMatchObject({ name: "ring", groups: ["ring"], ibm_variant: "internal", location: "eu-de" });
    expect(world.emulator.world.rings.has("ring")).toBe(true);
  });

  it("S2 names the rings of two keystores apart, whatever their vaults and names", async () => {
    for (const name of ["a.b", "a b", "a_b"]) await connect(world.as("bob"), "internal", { name });
    const rings = [...world.emulator.world.rings.keys()].filter((id) => id.startsWith("a-b"));
    expect(rings).toEqual(["a-b", "a-b-2", "a-b-3"]);
  });

  it.each([
    [
      "hpcs",
      { ibm_api_endpoint: "https://api.example.com:8000", ibm_instance_id: "instance-1", ibm_key_ring: "Default" },
    ],
    ["key_protect", { ibm_variant: "key_protect", ibm_instance_id: "instance-2" }],
    ["aws_kms", { aws_region: "eu_west_1", location: "eu_west_1" }],
    ["azure_key_vault", { name: "azure-vault", azure_tenant: "tenant-1", azure_resource_group: "group" }],
    ["google_kms", { google_project_id: "project-1", google_private_key_id: "key-1", location: "europe-west3" }],
    ["cca", { cca_host: "host", cca_port: "9443", cca_use_tls: true }],
  ] as const)("S2 connects %s and answers its fields, secrets masked (U24)", async (type, shown) => {
    const { status, body } = await post(keystoreBodies[type]);
    expect(status).toBe(201);
    expect(body).toMatchObject(shown);
    const secrets = Object.entries(body).filter(([field]) => /api_key|access_key|password|credentials/.test(field));
    expect(secrets.map(([, value]) => value).every((value) => value === "" || value === "***")).toBe(true);
    expect(JSON.stringify(body)).not.toContain('"secret"');
  });

  it("S2 leaves the connection unchecked until the first S6 (U16)", async () => {
    const { id, status } = await connect(world.as("bob"), "hpcs");
    expect(status).toEqual(expect.objectContaining({ health_status: "pending_check" }));
    const asked = await world.as("erin").call("GET", `${one(id)}/status`);
    expect([asked.status, asked.body.health_status]).toEqual([200, "ok"]);
    expect((await world.as("erin").call("GET", one(id))).body.status).toEqual(asked.body);
  });

  it("S2 with dry_run tests the connection and stores nothing (U25)", async () => {
    const good = await post(keystoreBodies.aws_kms, "?dry_run=true");
    expect(good.status).toBe(201);
    expect(good.body.id).toBeUndefined();
    expect([good.headers.get("location"), good.headers.get("etag")]).toEqual([null, null]);
    expect(refusalOf(await post(wrong, "?dry_run=true"))).toEqual([424, "keystore_error", undefined]);
    expect(refusalOf(await post(keystoreBodies.aws_kms, "?dry_run=yes"))).toEqual([
      400,
      "invalid_parameter",
      "dry_run",
    ]);
    expect((await world.as("bob").call("GET", path)).body.total_count).toBe(2);
  });

  it("S2 without dry_run connects wrong credentials too; S6 tells", async () => {
    const { id } = (await post({ ...wrong, groups: ["cards"] })).body;
    expect((await world.as("erin").call("GET", `${one(id)}/status`)).body.health_status).toBe("configuration_error");
    const key = (await world.as("bob").create({ template_name: "cards" })).body;
    expect(key.status_in_keystores.map((status) => status.keystore_sync_flag).toSorted()).toEqual(["error", "ok"]);
  });

  it.each([
    ["no type", { type: undefined }, [400, "missing_field", "type"]],
    ["an unknown type", { type: "vault" }, [400, "invalid_field", "type"]],
    ["no vault", { vault: undefined }, [400, "missing_field", "vault"]],
    ["an unknown vault", { vault: { id: "5c1e0000-0000-4000-8000-00000000ffff" } }, [404, "not_found", undefined]],
    ["a vault ID that is no UUID", { vault: { id: "none" } }, [400, "invalid_field", "vault.id"]],
    ["no secret", { aws_secret_access_key: undefined }, [400, "missing_field", "aws_secret_access_key"]],
    [
      "a secret with other characters",
      { aws_secret_access_key: "a b" },
      [400, "invalid_field", "aws_secret_access_key"],
    ],
    ["another type's field", { google_location: "x" }, [400, "invalid_field", "google_location"]],
    ["a name with other characters", { name: "a/b" }, [400, "invalid_field", "name"]],
    ["no groups at all", { groups: [] }, [400, "invalid_field", "groups"]],
    ["a proxy without a port", { tls_proxy: "proxy" }, [400, "invalid_field", "tls_proxy"]],
    ["a name that is taken (U10)", { name: "payroll-ring" }, [409, "already_exists", undefined]],
  ])("S2 refuses %s", async (_, fields, expected) => {
    expect(refusalOf(await post({ ...keystoreBodies.aws_kms, ...fields }))).toEqual(expected);
  });

  it.each([
    ["no variant", { ibm_variant: undefined }, [400, "missing_field", "ibm_variant"]],
    ["a connection for an internal one", { ibm_api_key: "x" }, [400, "invalid_field", "ibm_api_key"]],
    ["a variant that is none", { ibm_variant: "other" }, [400, "invalid_field", "ibm_variant"]],
  ])("S2 refuses %s", async (_, fields, expected) => {
    expect(refusalOf(await post({ ...keystoreBodies.internal, ...fields }))).toEqual(expected);
  });

  it("S2 refuses the 51st internal keystore (5), and no external one", async () => {
    for (let count = 2; count <= 50; count += 1) {
      expect((await post({ ...keystoreBodies.internal, name: `ring ${count}` })).status).toBe(201);
    }
    const response = await post({ ...keystoreBodies.internal, name: "one more" });
    expect(response.body.errors[0]?.message).toBe("The operation on the keystore has failed.");
    expect((await post(keystoreBodies.hpcs)).status).toBe(201);
  });
});

describe("S4 changes a keystore (uko-v4.md 3.8, U22, U24)", () => {
  const patch = (id: string, fields: object) => change(world.as("bob"), "PATCH", one(id), { ...fields });

  it("S4 changes name, description and groups, and keeps the ring", async () => {
    const response = await patch(payrollRing, { name: "renamed", description: "new", groups: ["payroll", "more"] });
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toBe(response.body.updated_at);
    expect(response.body).toMatchObject({
      name: "renamed",
      description: "new",
      groups: ["payroll", "more"],
    });
    expect(world.emulator.world.rings.has("payroll-ring")).toBe(true);
  });

  it.each([
    ["aws_kms", "aws_region", "us_east_1"],
    ["azure_key_vault", "azure_tenant", "tenant-2"],
    ["google_kms", "google_key_ring", "another"],
    ["hpcs", "ibm_instance_id", "instance-9"],
    ["key_protect", "ibm_api_endpoint", "https://other.example.com"],
  ] as const)("S4 accepts %s's own %s and refuses another", async (type, field, other) => {
    const keystore = await connect(world.as("bob"), type);
    expect((await patch(keystore.id, { [field]: keystore[field] })).status).toBe(200);
    expect(refusalOf(await patch(keystore.id, { [field]: other }))).toEqual([400, "invalid_field", field]);
  });

  it("S4 accepts what S3 says of an internal keystore's place, and refuses another", async () => {
    for (const internalKeystoreFields of ["empty", "filled", "empty"] as const) {
      await world.control("switches", { internalKeystoreFields });
      const { ibm_instance_id, ibm_key_ring, ibm_api_endpoint } = (await world.as("bob").call("GET", one(payrollRing)))
        .body;
      expect([ibm_instance_id, ibm_key_ring, ibm_api_endpoint]).toEqual(
        internalKeystoreFields === "empty" ? ["", undefined, ""] : [world.emulator.instanceId, "payroll-ring", ""],
      );
      const same = { ibm_instance_id, ibm_key_ring, ibm_api_endpoint, description: "d" };
      expect((await patch(payrollRing, same)).status).toBe(200);
      for (const field of ["ibm_instance_id", "ibm_key_ring", "ibm_api_endpoint"]) {
        expect(refusalOf(await patch(payrollRing, { ...same, [field]: "x1" }))).toEqual([400, "invalid_field", field]);
      }
    }
  });

  it.each([
    ["a type", { type: "aws_kms" }, "type"],
    ["a vault", { vault: { id: vaultId } }, "vault"],
    ["a field of IBM's on an internal one", { ibm_key_ring: "ring" }, "ibm_key_ring"],
  ])("S4 refuses %s", async (_, fields, field) => {
    expect(refusalOf(await patch(payrollRing, fields))).toEqual([400, "invalid_field", field]);
  });

  it("S4 leaves a secret alone that comes back masked, and takes a new one", async () => {
    const { id } = (await post(wrong)).body;
    const health = async () => (await world.as("erin").call("GET", `${one(id)}/status`)).body.health_status;
    for (const mask of ["", "***"]) {
      expect((await patch(id, { aws_secret_access_key: mask })).status).toBe(200);
      expect(await health()).toBe("configuration_error");
    }
    const mended = await patch(id, { aws_secret_access_key: "right" });
    expect(mended.body.status).toMatchObject({ health_status: "pending_check" });
    expect(mended.body.aws_secret_access_key).toBe("");
    expect(await health()).toBe("ok");
  });

  it("S4 refuses a name that is taken", async () => {
    expect((await patch(payrollRing, { name: "aws-frankfurt" })).status).toBe(409);
  });
});

describe("pending periods by type (uko-v4.md 4.4)", () => {
  it.each([
    ["aws_kms", 7],
    ["azure_key_vault", 90],
    ["google_kms", 30],
    ["hpcs", 30],
    ["key_protect", 30],
    ["cca", 0],
  ] as const)("a destroyed key stays %s's for %d days", async (type, days) => {
    const carol = world.as("carol");
    const keystore = await connect(carol, type, { groups: ["apps"] });
    await carol.call("POST", "/api/v4/templates", {
      vault: { id: vaultId },
      name: "apps",
      key: { size: "256", algorithm: "aes", activation_date: "P0D", expiration_date: "P1Y", state: "active" },
      keystores: [{ group: "apps", type: keystore.type }],
    });
    const key = (await carol.create({ template_name: "apps" })).body;
    expect(key.status_in_keystores).toMatchObject([{ status: "active" }]);
    await carol.step(key.id, "deactivate");
    await world.advance("5h");
    const destroyed = (await carol.step(key.id, "destroy")).body;
    expect(destroyed.status_in_keystores[0]?.destruction_policy_duration).toBe(`PT${days * 24}H`);
    expect((await carol.remove(key.id)).status).toBe(days === 0 ? 204 : 409);
    if (days > 0) await world.advance(`${days}d`);
    if (days > 0) expect((await carol.remove(key.id)).status).toBe(204);
  });
});

it("S1 and S3 of the seed's external keystore answer its fields", async () => {
  const { body } = await world.as("erin").call("GET", one(awsFrankfurt));
  expect(body).toMatchObject({ aws_region: "eu_central_1", aws_access_key_id: "", aws_secret_access_key: "" });
});
