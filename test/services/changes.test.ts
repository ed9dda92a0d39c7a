/** Every request that changes something stands in the list, and the client sends no other. */

import { describe, expect, test } from "vitest";
import { permittedActs } from "../../provider/lifecycle/vocabulary/permit.ts";
import { changes, findChange } from "../../provider/services/changes.ts";
import { createBackingKeys } from "../../provider/services/kms/backing-keys.ts";
import { createKmsKeys } from "../../provider/services/kms/keys.ts";
import { createUkoClient } from "../../provider/services/uko/client.ts";
import { permitForContainer, permitForKmsKey, permitForRing, permitTo } from "../support/permits.ts";
import { aClient, never, serviceAt, useScriptedServer } from "./scripted-server.ts";

const options = { signal: never() };
const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const id = "ce110000-0000-4000-8000-000000000001";
const instanceId = "instance";
const ref = { instanceId, vaultId, keyId: id };
const kmsRef = { instanceId, kmsKeyId: "11111111-2222-4333-8444-555555555555" };
const vault = { kind: "vault", instanceId, vaultId, id: vaultId } as const;
const keystore = { kind: "keystore", instanceId, vaultId, id } as const;
const template = { kind: "template", instanceId, vaultId, id } as const;
const key = { name: "backup", isExtractable: false, tags: [] };

const server = useScriptedServer();
const uko = () => createUkoClient(serviceAt(server));
const kms = () => createKmsKeys(serviceAt(server));

type Calls = Readonly<Record<string, () => Promise<unknown>>>;

/** Every call of every client that changes something. */
const mutating: Readonly<Record<string, Calls>> = {
  keys: {
    create: () => uko().keys.create({ vaultId, templateName: "t", tags: [] }, options),
    update: () => uko().keys.update(ref, { label: "a" }, "e", options),
    activate: () => uko().keys.activate(ref, "e", options),
    act: async () => {
      await uko().keys.act(await permitTo("deactivate", ref, "e"), options);
      await uko().keys.act(await permitTo("destroy", ref, "e"), options);
    },
    rotate: () => uko().keys.rotate(ref, "e", options),
    align: () => uko().keys.align(ref, "e", options),
    sync: () => uko().keys.sync(ref, "e", options),
    remove: async () => uko().keys.remove(await permitTo("remove", ref, "e"), options),
  },
  vaults: {
    create: () => uko().vaults.create({ name: "a" }, options),
    update: () => uko().vaults.update(vault, { name: "a" }, "e", options),
    remove: async () => uko().vaults.remove(await permitForContainer(vault, "e"), options),
  },
  keystores: {
    create: () => uko().keystores.create({ vaultId, type: "aws_kms", fields: {} }, options),
    update: () => uko().keystores.update(keystore, { groups: ["g"] }, "e", options),
    remove: async () => uko().keystores.remove(await permitForContainer(keystore, "e"), options),
  },
  templates: {
    create: () => uko().templates.create({ vaultId, name: "t" } as never, options),
    update: () => uko().templates.update(template, { name: "a" }, "e", options),
    remove: async () => uko().templates.remove(await permitForContainer(template, "e"), options),
    archive: () => uko().templates.archive(template, "e", options),
    unarchive: () => uko().templates.unarchive(template, "e", options),
  },
  containers: {},
  backingKeys: {
    setForDeletion: async () =>
      createBackingKeys(serviceAt(server)).setForDeletion(await permitForKmsKey("open_kms_window", kmsRef), options),
    unsetForDeletion: () => createBackingKeys(serviceAt(server)).unsetForDeletion(kmsRef.kmsKeyId, options),
  },
  kmsKeys: {
    create: async () => {
      await kms().create(key, options);
      await kms().create({ ...key, dualAuthDelete: true }, options);
    },
    moveToRing: () => kms().moveToRing(kmsRef, "ring", options),
    rotate: () => kms().rotate(kmsRef, undefined, options),
    addAlias: () => kms().addAlias(kmsRef, "alias", options),
    removeAlias: () => kms().removeAlias(kmsRef, "alias", options),
    requireTwo: () => kms().requireTwo(kmsRef, options),
    setRotation: () => kms().setRotation(kmsRef, 3, options),
    setForDeletion: async () => kms().setForDeletion(await permitForKmsKey("open_kms_window", kmsRef), options),
    unsetForDeletion: () => kms().unsetForDeletion(kmsRef, options),
    destroy: async () => kms().destroy(await permitForKmsKey("destroy_kms_key", kmsRef), options),
    restore: () => kms().restore(kmsRef, options),
    createRing: () => kms().createRing("ring", options),
    removeRing: async () => kms().removeRing(await permitForRing(instanceId, "ring"), options),
  },
};

/** The calls that only read. */
const reading: Readonly<Record<string, readonly string[]>> = {
  keys: ["read", "cachedRead", "liveStatus", "use", "list"],
  vaults: ["read", "list"],
  keystores: ["read", "list", "status"],
  templates: ["read", "list"],
  containers: ["vaultExists", "keystoreKind"],
  backingKeys: ["read"],
  kmsKeys: ["read", "list", "dualAuthPolicyWrite", "registrations", "rings"],
};

describe("the list of changes", () => {
  test("has each call of each client that changes something, and nothing else", async () => {
    const clients: Readonly<Record<string, object>> = {
      ...uko(),
      backingKeys: createBackingKeys(serviceAt(server)),
      kmsKeys: kms(),
    };
    server.script({ status: 204 });
    for (const [name, client] of Object.entries(clients)) {
      const calls = mutating[name] ?? {};
      expect([...Object.keys(calls), ...(reading[name] ?? [])].toSorted()).toEqual(Object.keys(client).toSorted());
      for (const call of Object.values(calls)) await call();
    }
    // A placeholder for each ID and name that the calls above pass.
    const ids = new RegExp(`/(?:${[id, vaultId, kmsRef.kmsKeyId, "ring", "alias"].join("|")})(?=[/?]|$)`, "g");
    const sent = new Set(server.asked.map(({ method, path }) => `${method} ${path.replace(ids, "/{id}")}`));
    expect([...sent, "POST /identity/token"].toSorted()).toEqual(Object.keys(changes).toSorted());
  });

  test("has one request for each act that takes a permit", () => {
    const permitted = Object.values(changes).flatMap((change) => (typeof change === "string" ? [] : [change.permit]));
    expect(permitted.toSorted()).toEqual([...permittedActs].toSorted());
  });

  test("has no request that forces a deletion, or that the service may read as another one", () => {
    const removal = "/api/v4/managed_keys/k-1";
    expect(findChange("DELETE", removal)).toEqual({ change: { permit: "remove" }, id: "k-1" });
    expect(findChange("DELETE", `/instance/a${removal}`)).toMatchObject({ id: "k-1" });
    const others = [
      ["DELETE", `${removal}?force=true`],
      ["DELETE", `${removal}/`],
      ["DELETE", `/${removal}`.replace("/managed_keys", "//managed_keys")],
      ["DELETE", "/api/v4/keystores/k-1"],
      ["DELETE", "/api/v4/keystores/k-1?mode=destroy"],
      ["DELETE", `/api/v2/keys/k-1?force=true`],
      ["DELETE", "/api/v2/keys/k-1/purge"],
      ["POST", `${removal}/DESTROY`],
      ["POST", `${removal}/destroy?x=/api/v4/vaults`],
      ["PUT", removal],
      ["PUT", "/api/v2/keys/k-1/policies"],
    ] as const;
    expect(others.filter(([method, path]) => findChange(method, path) !== undefined)).toEqual([]);
  });
});

describe("the client", () => {
  const send = (method: "POST" | "DELETE" | "PUT", path: string, permit?: object) =>
    aClient().http.send({
      endpoint: server.endpoint,
      method,
      path: () => path,
      resend: "after_429",
      ...options,
      ...(permit !== undefined && { permit: permit as never }),
    });
  const permitted = Object.entries(changes).flatMap(([request, change]) =>
    typeof change === "string" ? [] : [[request, change.permit] as const],
  );

  test.each(permitted)(
    "never sends %s without a permit, or with an object that looks like one",
    async (request, act) => {
      const [method = "", path = ""] = request.replace("{id}", id).split(" ");
      const looksAlike = { act, subject: { instanceId, vaultId, id, etag: "e" }, consents: [] };
      for (const permit of [undefined, looksAlike]) {
        await expect(send(method as "POST", path, permit)).rejects.toMatchObject({ code: "UKO_BUG" });
      }
      expect(server.asked).toEqual([]);
    },
  );

  test("never sends a change that is not listed", async () => {
    await expect(send("POST", "/api/v4/managed_keys/k-1/expose")).rejects.toMatchObject({ code: "UKO_BUG" });
    await expect(send("PUT", "/anything")).rejects.toMatchObject({ code: "UKO_BUG" });
    expect(server.asked).toEqual([]);
  });

  test("sends nothing with a permit for another key or another act", async () => {
    const permit = await permitTo("deactivate", ref, "e");
    await expect(send("POST", `/api/v4/managed_keys/${vaultId}/deactivate`, permit)).rejects.toMatchObject({
      detail: expect.stringContaining("another object"),
    });
    await expect(send("POST", `/api/v4/managed_keys/${id}/destroy`, permit)).rejects.toMatchObject({
      detail: expect.stringContaining("used to destroy"),
    });
    expect(server.asked).toEqual([]);
  });

  test("sends a permit once, also if the response was lost", async () => {
    server.script({ cut: "before" });
    const { keys } = uko();
    const permit = await permitTo("destroy", ref, "e");
    expect(await keys.act(permit, options)).toMatchObject({ kind: "lost" });
    await expect(keys.act(permit, options)).rejects.toMatchObject({ code: "UKO_BUG" });
    expect(server.asked).toHaveLength(1);
  });

  test("sends the same request again after a 429 and after a 401", async () => {
    server.script({ status: 429, headers: { "retry-after": "1" } }, { status: 401 }, { status: 204 });
    const { keys } = createUkoClient(serviceAt(server, { renewed: "token-2" }));
    expect(await keys.remove(await permitTo("remove", ref, "e"), options)).toMatchObject({ kind: "done" });
    expect(server.asked).toHaveLength(3);
  });

  test("sends nothing to KMS more than 10 s after the read, and says that nothing was sent", async () => {
    let ageMs = 0;
    const permit = () => permitForKmsKey("destroy_kms_key", kmsRef, () => ageMs);
    const late = await permit();
    ageMs = 10_001;
    expect(await kms().destroy(late, options)).toEqual({ kind: "expired" });
    expect(server.asked).toEqual([]);
    const window = await permitForKmsKey("open_kms_window", kmsRef, () => ageMs);
    ageMs = 30_000;
    expect(await kms().setForDeletion(window, options)).toEqual({ kind: "expired" });
    expect(server.asked).toEqual([]);
  });

  test("does not send to KMS again after a 429 or a 401 if the read is then older than 10 s", async () => {
    let ageMs = 0;
    const service = serviceAt(server, { renewed: "token-2" });
    const slow = {
      ...service.bearer,
      renew: async () => {
        ageMs += 11_000;
        return "token-2";
      },
    };
    server.respond(() => {
      ageMs += 11_000;
      return { status: 429, headers: { "retry-after": "1" } };
    });
    const window = await permitForKmsKey("open_kms_window", kmsRef, () => ageMs);
    expect(await kms().setForDeletion(window, options)).toEqual({ kind: "expired" });
    expect(server.asked).toHaveLength(1);

    server.script({ status: 401 });
    const destroying = await permitForKmsKey("destroy_kms_key", kmsRef, () => ageMs);
    expect(await createKmsKeys({ ...service, bearer: slow }).destroy(destroying, options)).toEqual({ kind: "expired" });
    expect(server.asked).toHaveLength(2);
  });
});
