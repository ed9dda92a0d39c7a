/**
 * Messages of failed deletions: hosts show no address next to them, so each message names its resource in its
 * first line.
 */

import { create, type MessageShape } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { asUkoError, type ErrorCode, errorCatalog, UkoError } from "../../../provider/errors.ts";
import { terraformResources } from "../../../provider/resources/schema/terraform.ts";
import { type AnyHandlers, readObject, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { type PrivateData, writePrivate } from "../../../provider/terraform-plugin/private-data.ts";
import {
  type ApplyResourceChange_RequestSchema,
  ResourceIdentityDataSchema,
} from "../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { applyDestruction } from "../../../provider/terraform-plugin/rpc/apply-destruction.ts";
import { createRunMemory } from "../../../provider/terraform-plugin/run-memory.ts";
import type { TerraformSession } from "../../../provider/terraform-plugin/session.ts";
import { vaultId } from "../../emulator/harness.ts";
import type { Config } from "../core.ts";
import { type Host, startHost } from "../host.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();

const nouns = {
  uko_managed_key: "Key",
  uko_kms_key: "KMS key",
  uko_vault: "Vault",
  uko_keystore: "Keystore",
  uko_key_template: "Template",
} as const;
type TypeName = keyof typeof nouns;
const typeNames = Object.keys(nouns) as TypeName[];
type Request = MessageShape<typeof ApplyResourceChange_RequestSchema>;

test("every resource has a noun", () => {
  expect(typeNames.toSorted()).toEqual([...terraformResources.keys()].toSorted());
});

const session = {
  signal: new AbortController().signal,
  command: "terraform",
  memory: { ...createRunMemory(), noteReported: () => 1 },
  log: { write: () => undefined },
  takeWarnings: () => [],
} as unknown as TerraformSession;

/** From the second resource of a run that stops for the same reason, messages are brief. */
const later = { ...session, memory: { ...session.memory, noteReported: () => 2 } } as TerraformSession;

/** The response of an apply with these handlers, for an object whose ID and name are in state. */
async function applied(
  typeName: TypeName,
  given: Pick<AnyHandlers, "delete" | "read">,
  over: Partial<Request> = {},
  run = session,
) {
  const resource = terraformResources.get(typeName);
  if (resource === undefined) throw new Error(typeName);
  const values = Object.fromEntries(resource.attributes.map(({ name }) => [name, null]));
  const prior = { ...values, id: "0f8c3c6e", [resource.handlers === "managedKey" ? "label" : "name"]: "ledger" };
  const request = { typeName, plannedPrivate: writePrivate({ planned: "destroy" }), ...over } as Request;
  const reply = await applyDestruction(run, resource, given as AnyHandlers, prior, request);
  return { reply, resource, prior };
}

describe("every error of a deletion", () => {
  const codes = Object.keys(errorCatalog) as ErrorCode[];

  /** The messages for handlers that fail with this error. */
  async function answered(typeName: TypeName, fail: AnyHandlers["delete"], planned?: PrivateData["planned"]) {
    const { reply, resource, prior } = await applied(
      typeName,
      { delete: fail, read: () => Promise.reject(new Error("unseen")) },
      { plannedPrivate: writePrivate({ planned }) },
    );
    expect(reply.newState).toEqual(writeObject(prior, resource));
    const [diagnostic] = reply.diagnostics ?? [];
    return { summary: diagnostic?.summary ?? "", detail: diagnostic?.detail ?? "" };
  }

  test.each(typeNames)("of a %s names it by kind, name and ID, under every code", async (typeName) => {
    for (const thrown of [...codes.map((code) => new UkoError(code, { detail: "Why." })), new TypeError("odd")]) {
      const { summary, detail } = await answered(typeName, () => Promise.reject(thrown));
      const error = asUkoError(thrown);
      expect(summary).toBe(errorCatalog[error.code].summary);
      expect(detail.split("\n")[0]).toBe(`${nouns[typeName]} "ledger" 0f8c3c6e: ${error.summary}`);
      expect(detail.split("\n").at(-1)).toBe(`[${error.code}]`);
    }
  });

  test.each(typeNames)("that stops a %s contains its ID once", async (typeName) => {
    const outcome = (message: string) => () =>
      Promise.resolve({
        kind: "unfinished",
        code: "UKO_BUG",
        message,
        brief: message,
        summary: message,
        forAll: "",
      } as const);
    const noun = nouns[typeName].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
    const without = await answered(typeName, outcome('It "ledger" waits\n  A fact.\n  [UKO_BUG]'));
    expect(without.detail).toBe(`  It "ledger" waits\n  It is ${noun} "ledger" 0f8c3c6e.\n  A fact.\n  [UKO_BUG]`);
    const within = await answered(typeName, outcome('It "ledger" waits\n  Next: you run\n    uko continue 0f8c3c6e'));
    expect(within.detail).toBe('  It "ledger" waits\n  Next: you run\n    uko continue 0f8c3c6e');
  });

  test.each(typeNames)(
    "of a replacement of a %s names it too, with the command that the reader has",
    async (typeName) => {
      const { detail } = await answered(typeName, () => Promise.reject(new Error("asked")), "create");
      expect(detail).toMatch(new RegExp(`^${nouns[typeName]} "ledger" 0f8c3c6e: A ${typeName} cannot be replaced`));
      expect(detail).toContain("run terraform untaint.");
    },
  );
});

test.each([
  [
    "UKO_RIGHTS_MISSING",
    "  For all of them, run: terraform apply if you removed the resources from the configuration, or terraform destroy to delete everything in the state.",
  ],
  ["UKO_APPROVAL_PENDING", "  To approve them, run: uko approve"],
  ["UKO_COOLING_DOWN", "    uko continue 0f8c3c6e"],
] as const)("the brief message of a second resource under %s has the command for all", async (code, line) => {
  const waits = async () =>
    ({
      kind: "unfinished",
      code,
      message: "",
      brief: 'Key "ledger" stops\n  Next: …:\n    uko continue 0f8c3c6e',
      summary: 'Key "ledger" stops',
      forAll: code === "UKO_COOLING_DOWN" ? "" : "To approve them, run: uko approve",
    }) as const;
  const { reply } = await applied("uko_managed_key", { delete: waits, read: async () => undefined }, {}, later);
  expect(reply.diagnostics?.[0]?.detail?.split("\n").slice(-2)).toEqual([line, `  [${code}]`]);
});

describe("the state next to an error", () => {
  const waits = async () =>
    ({
      kind: "unfinished",
      code: "UKO_BUG",
      message: "It waits",
      brief: "It waits",
      summary: "It waits",
      forAll: "",
    }) as const;
  const failing = (code: ErrorCode) => () => Promise.reject(new UkoError(code));
  const renamed = async () => ({ id: "0f8c3c6e", state: { name: "renamed" }, warnings: [], isWatched: false });
  const gone = async () => undefined;

  test.each([
    ["the next read after a wait", waits, renamed, "renamed"],
    ["the next read after a fault", failing("UKO_SERVICE_REFUSED"), renamed, "renamed"],
    ["unchanged if the object is missing", waits, gone, "ledger"],
    ["unchanged if the object is missing after a fault", failing("UKO_SERVICE_REFUSED"), gone, "ledger"],
    ["unchanged if the object is unreadable", waits, failing("UKO_SERVICE_UNAVAILABLE"), "ledger"],
  ] as const)("is %s", async (_what, end, read, name) => {
    const { reply, resource } = await applied("uko_vault", { delete: end, read });
    expect(readObject(reply.newState as never, resource)).toMatchObject({ id: "0f8c3c6e", name });
    expect(reply.diagnostics).toHaveLength(1);
  });

  test.each(["UKO_SERVICE_UNAVAILABLE", "UKO_ACCESS_DENIED", "UKO_DEADLINE"] as const)(
    "is unchanged, without a second read, after %s",
    async (code) => {
      const read = vi.fn(renamed);
      const { reply, resource, prior } = await applied("uko_vault", { delete: failing(code), read });
      expect(reply.newState).toEqual(writeObject(prior, resource));
      expect(read).not.toHaveBeenCalled();
    },
  );

  test("keeps the planned identity if its values do not determine one", async () => {
    const plannedIdentity = create(ResourceIdentityDataSchema, { identityData: { msgpack: new Uint8Array([128]) } });
    const { reply } = await applied("uko_vault", { delete: waits, read: gone }, { plannedIdentity });
    expect(reply.newIdentity).toBe(plannedIdentity);
  });
});

describe("with the service", () => {
  const configs: Readonly<Record<TypeName, Config>> = {
    uko_managed_key: keyConfig({ label: "ledger" }),
    uko_kms_key: { name: "ledger" },
    uko_vault: { name: "ledger" },
    uko_keystore: { vault_id: vaultId, type: "internal", name: "ledger", groups: ["ledger"] },
    uko_key_template: {
      ...{ vault_id: vaultId, name: "ledger", algorithm: "aes", size: "256", group: "ledger" },
      ...{ activation_period: "P0D", expiration_period: "P5Y", keystore_type: "ibm_cloud_kms" },
    },
  };
  const paths: Readonly<Record<TypeName, string>> = {
    uko_managed_key: "/api/v4/managed_keys",
    uko_kms_key: "/api/v2/keys",
    uko_vault: "/api/v4/vaults",
    uko_keystore: "/api/v4/keystores",
    uko_key_template: "/api/v4/templates",
  };

  /** One host each for the whole table; `configureProvider` begins a run. */
  const hosts: Host[] = [];
  beforeAll(async () => {
    const carols = stage.environmentOf("carol");
    for (const over of [{}, { UKO_API_KEY: "nobody" }, { UKO_API_KEY: "" }])
      hosts.push(await startHost({ ...carols, ...over }));
  });
  beforeEach(() => Promise.all(hosts.map((host) => host.provider.configureProvider())));
  afterAll(() => Promise.all(hosts.map((host) => host.close())));

  test.each(typeNames)("a denial and a refused credential name the %s", async (typeName) => {
    const [carol, stranger, unset] = hosts as [Host, Host, Host];
    const core = stage.core(typeName, carol);
    expect(await core.apply(configs[typeName])).toMatchObject({ errors: [] });
    await stage.uko.advance("60s");
    const id = String(core.saved?.value.id);
    const path = `${paths[typeName]}/${id.split("/").at(-1)}`;
    const begin = `${nouns[typeName]} "ledger" ${id}: `;
    for (const fault of [{ status: 403 }, { status: 401 }]) {
      await stage.uko.fault({ path, ...fault });
      const { errors } = await core.apply(null);
      expect(errors, JSON.stringify(fault)).toHaveLength(1);
      expect(errors[0]?.split("\n")[0]?.startsWith(begin), errors[0]).toBe(true);
      await stage.uko.clearFaults();
    }
    const [refused] = (await core.by(stranger).apply(null)).errors;
    expect(refused?.startsWith(begin), refused).toBe(true);
    expect(refused).toContain("[UKO_CREDENTIAL_REFUSED]");
    const [missing] = (await core.by(unset).apply(null)).errors;
    expect(missing).toContain("[UKO_SETTINGS_INVALID]");
  });
});
