/** What is said of deletions that fail: hosts show no address beside it, so each message names its resource in its first line. */

import type { MessageShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { asUkoError, type ErrorCode, errorCatalogue, UkoError } from "../../../provider/errors.ts";
import { terraformResources } from "../../../provider/schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { type Planned, writePrivate } from "../../../provider/terraform-plugin/private-data.ts";
import type { ApplyResourceChange_RequestSchema } from "../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { applyDestruction } from "../../../provider/terraform-plugin/rpc/apply-destruction.ts";
import type { Session } from "../../../provider/terraform-plugin/session.ts";
import { vaultId } from "../../emulator/harness.ts";
import type { Config } from "../core.ts";
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

test("there is a noun for every resource", () => {
  expect(typeNames.toSorted()).toEqual([...terraformResources.keys()].toSorted());
});

describe("whatever a deletion throws", () => {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  const request = {
    plannedIdentity: undefined,
  } as unknown as MessageShape<typeof ApplyResourceChange_RequestSchema>;
  const session = {
    signal: new AbortController().signal,
    command: "terraform",
    isFound: () => false,
    log: { write: () => undefined },
    takeWarnings: () => [],
  } as unknown as Session;

  /** What an apply answers whose handlers fail like this. */
  async function answered(typeName: TypeName, fail: AnyHandlers["delete"], planned?: Planned) {
    const resource = terraformResources.get(typeName);
    if (resource === undefined) throw new Error(typeName);
    const values = Object.fromEntries(resource.attributes.map(({ name }) => [name, null]));
    const prior = { ...values, id: "0f8c3c6e", [resource.handlers === "managedKey" ? "label" : "name"]: "ledger" };
    const handlers = { delete: fail, read: () => Promise.reject(new Error("unseen")) } as unknown as AnyHandlers;
    const reply = await applyDestruction(session, resource, handlers, prior, {
      ...request,
      typeName,
      plannedPrivate: writePrivate(planned),
    });
    expect(reply.newState).toEqual(writeObject(prior, resource));
    const [diagnostic] = reply.diagnostics ?? [];
    return { summary: diagnostic?.summary ?? "", detail: diagnostic?.detail ?? "" };
  }

  test.each(typeNames)("of a %s names it by kind, name and id, under every code", async (typeName) => {
    for (const thrown of [...codes.map((code) => new UkoError(code, { detail: "Why." })), new TypeError("odd")]) {
      const { summary, detail } = await answered(typeName, () => Promise.reject(thrown));
      const error = asUkoError(thrown);
      expect(summary).toBe(`${nouns[typeName]} "ledger" 0f8c3c6e: ${error.summary}`);
      expect(detail.split("\n").at(-1)).toBe(`[${error.code}]`);
    }
  });

  test.each(typeNames)("and what stops a %s has its id, once", async (typeName) => {
    const outcome = (message: string) => () =>
      Promise.resolve({ kind: "unfinished", code: "UKO_BUG", message } as const);
    const noun = nouns[typeName].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
    const without = await answered(typeName, outcome('It "ledger" waits\n  A fact.\n  [UKO_BUG]'));
    expect(without.summary).toBe('It "ledger" waits');
    expect(without.detail).toBe(`  It is ${noun} "ledger" 0f8c3c6e.\n  A fact.\n  [UKO_BUG]`);
    const within = await answered(typeName, outcome('It "ledger" waits\n  Next: you run\n    uko continue 0f8c3c6e'));
    expect(within.detail).toBe("  Next: you run\n    uko continue 0f8c3c6e");
  });

  test.each(typeNames)(
    "half a replacement of a %s names it too, and the command that the reader has",
    async (typeName) => {
      const { summary, detail } = await answered(typeName, () => Promise.reject(new Error("asked")), "create");
      expect(summary).toMatch(new RegExp(`^${nouns[typeName]} "ledger" 0f8c3c6e: A ${typeName} is never replaced`));
      expect(detail).toContain("; terraform untaint takes back a taint.");
    },
  );
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

  test.each(typeNames)("a denial and a credential that is refused name the %s", async (typeName) => {
    const carol = await stage.another(stage.environmentOf("carol"));
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
    const stranger = await stage.another({ ...stage.environmentOf("carol"), UKO_API_KEY: "nobody" });
    const [refused] = (await core.by(stranger).apply(null)).errors;
    expect(refused?.startsWith(begin), refused).toBe(true);
    expect(refused).toContain("[UKO_CREDENTIAL_REFUSED]");
    const unset = await stage.another({ ...stage.environmentOf("carol"), UKO_API_KEY: "" });
    const [missing] = (await core.by(unset).apply(null)).errors;
    expect(missing).toContain("[UKO_SETTINGS_INVALID]");
  });
});
