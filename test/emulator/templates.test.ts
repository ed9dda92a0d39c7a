import { describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { change, keyProperties, makeTemplate, payrollTemplate, refusalOf, templateBody } from "./container-requests.ts";
import { type Body, stageFreshWorld, startTestWorld, vaultId } from "./harness.ts";

const shadowTemplate = "7e110000-0000-4000-8000-000000000091";
const systemTemplate = "7e110000-0000-4000-8000-000000000092";
const hidden = {
  vault: "payments",
  keystoreType: "ibm_cloud_kms",
  group: "payroll",
  keyState: "pre_activation",
} as const;

const world = stageFreshWorld({
  seed: {
    ...structuredClone(demoSeed),
    vaults: [...demoSeed.vaults, { id: "5c1e0000-0000-4000-8000-000000000002", name: "other" }],
    templates: [
      ...demoSeed.templates,
      { ...hidden, id: shadowTemplate, name: "shadow", type: "shadow" },
      { ...hidden, id: systemTemplate, name: "system", type: "system" },
    ],
  },
});

const path = "/api/v4/templates";
const one = (id: string): string => `${path}/${id}`;
const get = async (id: string): Promise<Body> => (await world.as("bob").call("GET", one(id))).body;

describe("T1 and T3 show templates (uko-v4.md 2.4, 3.5)", () => {
  const names = async (query: string): Promise<readonly unknown[]> => {
    const { body } = await world.as("bob").call("GET", `${path}?sort=name&${query}`);
    return (body.templates as readonly Body[]).map((template) => template.name);
  };

  it("T1 hides shadow templates unless asked for (U17)", async () => {
    expect(await names("")).toEqual(["cards", "cards-draft", "payroll", "payroll-draft", "system"]);
    expect(await names("type%5B%5D=shadow,system")).toEqual(["shadow", "system"]);
  });

  it.each([
    ["name=pay", ["payroll", "payroll-draft"]],
    ["name=cards&keystores[].type=aws_kms", ["cards", "cards-draft"]],
    ["keystores%5B%5D.group=payroll&name=payroll-", ["payroll-draft"]],
    ["key.size=256&name=cards", ["cards", "cards-draft"]],
    ["key.size_min=257", []],
    ["key.algorithm=rsa", []],
    ["state=archived", []],
    ["managing_systems=workstation", []],
    ["created_at_max=2001-01-01", []],
    ["naming_scheme=x", []],
    ["vault.id=5c1e0000-0000-4000-8000-000000000002", []],
  ])("T1 filters by %s", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each([
    "key.size=256&key.size_min=1",
    "created_at=2026-01-01&created_at_max=2026-01-01",
    "state=old",
    "key.size=x",
  ])("T1 refuses %s", async (query) => {
    expect((await world.as("bob").call("GET", `${path}?${query}`)).body.errors[0]?.code).toBe("invalid_parameter");
  });

  it("T3 answers a template, and counts its keys without their older versions", async () => {
    const draft = await get("7e110000-0000-4000-8000-000000000002");
    expect(draft).toMatchObject({ name: "payroll-draft", key: { state: "pre_activation" }, state: "unarchived" });
    const key = await world.keyIn("active", "cards");
    await world.as("bob").step(key.id, "rotate");
    expect(await get("7e110000-0000-4000-8000-000000000003")).toMatchObject({ keys_count: 1, version: 1 });
  });
});

describe("T2 creates a template (uko-v4.md 2.5, 3.5, 3.6)", () => {
  it("with Location, ETag, version 1, and what was left out", async () => {
    const response = await world.as("bob").call("POST", path, templateBody());
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe(`/v4/templates/${response.body.id}`);
    expect(response.headers.get("etag")).toBe(response.body.updated_at);
    expect(response.body).toMatchObject({
      name: "backups",
      description: "",
      version: 1,
      type: ["user_defined"],
      state: "unarchived",
      keys_count: 0,
      key: { ...keyProperties, deactivate_on_rotation: false },
      keystores: [{ group: "payroll", type: "ibm_cloud_kms" }],
      vault: { id: vaultId },
    });
    expect((await world.as("bob").create({ template_name: "backups" })).body.state).toBe("active");
  });

  it("T2 answers Google's, Azure's and CCA's fields, and its keys show them (3.3)", async () => {
    const google = {
      type: "google_kms",
      group: "apps",
      google_key_protection_level: "hsm",
      google_key_purpose: "asymmetric_sign",
      google_kms_algorithm: "ec_sign_secp256k1_sha256",
    };
    const ec = { ...keyProperties, algorithm: "ec" };
    const made = await makeTemplate(world.as("bob"), { name: "signing", key: ec, keystores: [google] });
    expect(made.keystores).toEqual([google]);
    const key = (await world.as("bob").create({ template_name: "signing" })).body;
    const { group: _, type: __, ...fields } = google;
    expect(key.instances).toMatchObject([
      { type: "key_pair", keystore: { group: "apps", type: "google_kms" }, ...fields },
    ]);
    const azure = {
      type: "azure_key_vault",
      group: "apps",
      azure_key_protection_level: "hsm",
      azure_key_operations: ["sign"],
    };
    expect((await makeTemplate(world.as("bob"), { name: "azure", key: ec, keystores: [azure] })).keystores).toEqual([
      azure,
    ]);
    const cca = {
      type: "cca",
      group: "host",
      cca_key_type: "exporter",
      cca_usage_control: "signature_only",
      cca_key_words: ["XPRT"],
    };
    expect((await makeTemplate(world.as("bob"), { name: "cca", keystores: [cca] })).keystores).toEqual([cca]);
  });

  const key = (fields: object) => ({ key: { ...keyProperties, ...fields } });
  const placed = (fields: object) => ({ keystores: [{ group: "payroll", type: "ibm_cloud_kms", ...fields }] });
  it.each([
    ["no vault", { vault: undefined }, [400, "missing_field", "vault"]],
    ["an unknown vault", { vault: { id: "5c1e0000-0000-4000-8000-00000000ffff" } }, [404, "not_found", undefined]],
    ["a vault ID that is no UUID", { vault: { id: "none" } }, [400, "invalid_field", "vault.id"]],
    ["a name that begins with a digit", { name: "1a" }, [400, "invalid_field", "name"]],
    ["a name of 31 characters", { name: "x".repeat(31) }, [400, "invalid_field", "name"]],
    ["no keystores", { keystores: [] }, [400, "invalid_field", "keystores"]],
    [
      "two keystores",
      { keystores: [...placed({}).keystores, ...placed({}).keystores] },
      [400, "invalid_field", "keystores"],
    ],
    ["no group", placed({ group: undefined }), [400, "missing_field", "keystores.0.group"]],
    ["no type", placed({ type: undefined }), [400, "missing_field", "keystores.0.type"]],
    [
      "Google's fields on another type",
      placed({ google_key_purpose: "mac" }),
      [400, "invalid_field", "keystores.0.google_key_purpose"],
    ],
    [
      "secp256k1 in Google's software",
      {
        ...key({ algorithm: "ec" }),
        keystores: [{ group: "apps", type: "google_kms", google_kms_algorithm: "ec_sign_secp256k1_sha256" }],
      },
      [400, "invalid_field", "keystores.0.google_key_protection_level"],
    ],
    ["a period without P", key({ activation_date: "5Y" }), [400, "invalid_field", "key.activation_date"]],
    [
      "an algorithm that IBM's keystores have not",
      key({ algorithm: "rsa", size: "2048" }),
      [400, "invalid_field", "key.algorithm"],
    ],
    ["a size that IBM's keystores have not (U34)", key({ size: "128" }), [400, "invalid_field", "key.size"]],
    ["a type of the product's own", { type: ["system"] }, [400, "invalid_field", "type.0"]],
    [
      "a reserved tag in the naming scheme (3.11)",
      { naming_scheme: "<seqno>" },
      [400, "invalid_field", "naming_scheme"],
    ],
    ["a name that is taken in the vault (U10)", { name: "payroll" }, [409, "already_exists", undefined]],
  ])("T2 refuses %s", async (_, fields, expected) => {
    expect(refusalOf(await world.as("bob").call("POST", path, templateBody(fields)))).toEqual(expected);
  });

  it("T2 allows the name of another vault's template", async () => {
    const fields = { name: "payroll", vault: { id: "5c1e0000-0000-4000-8000-000000000002" } };
    expect((await world.as("bob").call("POST", path, templateBody(fields))).status).toBe(201);
  });
});

it("T3 and K3 show Google's and Azure's required fields of a seed that tells none (3.3)", async () => {
  const own = await startTestWorld({
    seed: {
      ...structuredClone(demoSeed),
      templates: [
        { vault: "payments", name: "google", keystoreType: "google_kms", group: "apps" },
        {
          vault: "payments",
          name: "azure",
          keystoreType: "azure_key_vault",
          group: "apps",
          algorithm: "rsa",
          size: "2048",
        },
      ],
    },
  });
  const instanceOf = async (template_name: string) =>
    (await own.as("bob").create({ template_name })).body.instances as readonly Body[];
  expect((await instanceOf("google"))[0]).toMatchObject({
    google_key_protection_level: "software",
    google_key_purpose: "encrypt_decrypt",
    google_kms_algorithm: "google_symmetric_encryption",
  });
  expect((await instanceOf("azure"))[0]).toMatchObject({ type: "key_pair", azure_key_protection_level: "software" });
  await own.close();
});

describe("T4 changes a template (uko-v4.md 2.5, 3.6, U20)", () => {
  const patch = (id: string, fields: object) => change(world.as("bob"), "PATCH", one(id), { ...fields });

  it("T4 bumps the version, and leaves the keys made before as they are", async () => {
    const key = await world.keyIn("active", "cards");
    const cards = "7e110000-0000-4000-8000-000000000003";
    const response = await patch(cards, {
      name: "credit",
      description: "new",
      key: { size: "128", state: "pre_activation" },
    });
    expect(response.body).toMatchObject({
      name: "credit",
      description: "new",
      version: 2,
      key: { size: "128", algorithm: "aes", state: "pre_activation", expiration_date: "P2Y" },
    });
    expect((await world.as("bob").key(key.id)).body).toMatchObject({ size: "256", state: "active" });
  });

  it("T4 changes the group, which leaves keys unaligned", async () => {
    const key = await world.keyIn("active");
    expect((await patch(payrollTemplate, { keystores: [{ group: "elsewhere" }] })).status).toBe(200);
    expect((await world.as("bob").key(key.id)).body.template).toMatchObject({ alignment_status: "unaligned" });
  });

  it.each([
    ["an algorithm", { key: { algorithm: "rsa" } }, [400, "invalid_field", "key.algorithm"]],
    [
      "a keystore type",
      { keystores: [{ group: "cards", type: "aws_kms" }] },
      [400, "invalid_field", "keystores.0.type"],
    ],
    ["a naming scheme", { naming_scheme: "x" }, [400, "invalid_field", "naming_scheme"]],
    ["a vault", { vault: { id: vaultId } }, [400, "invalid_field", "vault"]],
    ["another template's name", { name: "cards" }, [409, "already_exists", undefined]],
  ])("T4 refuses %s", async (_, fields, expected) => {
    expect(refusalOf(await patch(payrollTemplate, fields))).toEqual(expected);
  });

  it("T4 leaves the product's own templates alone (U18)", async () => {
    expect((await patch(systemTemplate, { description: "x" })).status).toBe(403);
    expect((await change(world.as("bob"), "DELETE", one(systemTemplate))).status).toBe(403);
  });
});

describe("T5 deletes a template without keys (uko-v4.md 5)", () => {
  const remove = (id: string) => change(world.as("bob"), "DELETE", one(id));

  it("T5 returns 204, and the template is gone", async () => {
    expect((await remove(payrollTemplate)).status).toBe(204);
    expect((await world.as("bob").call("GET", one(payrollTemplate))).status).toBe(404);
  });

  it("T5 is refused by a destroyed key until that is removed from the vault", async () => {
    const key = await world.keyIn("destroyed");
    expect(refusalOf(await remove(payrollTemplate))).toEqual([409, "in_use", undefined]);
    await world.as("bob").remove(key.id);
    expect((await remove(payrollTemplate)).status).toBe(204);
  });

  it("K5 takes a shadow template along with its last key (U18)", async () => {
    const make = async (label: string) => (await world.as("carol").create({ template_name: "shadow", label })).body.id;
    const ids = [await make("one"), await make("two")];
    for (const id of ids) await world.as("carol").step(id, "destroy");
    await world.as("carol").remove(ids[0] ?? "");
    expect((await world.as("bob").call("GET", one(shadowTemplate))).status).toBe(200);
    await world.as("carol").remove(ids[1] ?? "");
    expect((await world.as("bob").call("GET", one(shadowTemplate))).status).toBe(404);
  });
});

describe("T6, T7 and T8 archive, restore and expose a template (uko-v4.md 4.7)", () => {
  const act = (id: string, action: string) => change(world.as("bob"), "POST", `${one(id)}/${action}`);

  it("T6 archives a template: no new keys, no realign, no edits of its distribution; existing keys work on", async () => {
    const key = await world.keyIn("active");
    const archived = await act(payrollTemplate, "archive");
    expect([archived.status, archived.body.state]).toEqual([200, "archived"]);
    expect(archived.headers.get("etag")).toBe(archived.body.updated_at);
    expect((await world.as("bob").create({ template_name: "payroll" })).status).toBe(409);
    expect((await world.as("carol").step(key.id, "update_from_template")).status).toBe(409);
    const patch = (fields: object) => change(world.as("bob"), "PATCH", one(payrollTemplate), { ...fields });
    expect((await patch({ keystores: [{ group: "other" }] })).status).toBe(409);
    expect((await patch({ description: "old" })).status).toBe(200);
    expect((await world.as("carol").step(key.id, "deactivate")).status).toBe(200);
  });

  it("T7 takes it back, and each is refused where it has no effect (U8)", async () => {
    expect((await act(payrollTemplate, "unarchive")).status).toBe(409);
    await act(payrollTemplate, "archive");
    expect((await act(payrollTemplate, "archive")).status).toBe(409);
    const restored = await act(payrollTemplate, "unarchive");
    expect(restored.body).toMatchObject({ state: "unarchived", version: 3 });
    expect((await world.as("bob").create({ template_name: "payroll" })).status).toBe(201);
  });

  it("T8 makes a shadow template a user's own; any other is refused", async () => {
    expect((await act(shadowTemplate, "expose")).body.type).toEqual(["user_defined"]);
    expect((await act(payrollTemplate, "expose")).status).toBe(409);
  });
});
