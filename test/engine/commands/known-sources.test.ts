import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import { knownVersions, packageDownloadUrl, providerTextOf } from "../../../provider/engine/commands/examine-state.ts";
import { pulumiSchema } from "../../../sdk/make/pulumi/schema.ts";

const root = new URL("../../../", import.meta.url);

test("knows this release and each released one", () => {
  expect(knownVersions).toContain(packageFile.version);
  const released = readdirSync(new URL("sdk/released/", root)).flatMap((name) => /\d+\.\d+\.\d+/.exec(name) ?? []);
  const recorded = readdirSync(new URL("test/fixtures/states/", root));
  for (const version of [...released, ...recorded]) expect(knownVersions).toContain(version);
});

test("knows the address in the schema", () => {
  expect(pulumiSchema(packageFile.version).pluginDownloadURL).toBe(packageDownloadUrl);
});

test("knows the text that each class of the dynamic provider writes", () => {
  const source = readFileSync(new URL("provider/pulumi-dynamic/generated.ts", root), "utf8");
  const kinds = /type: "pulumi-nodejs:dynamic\/uko:(\w+)",\n {2}providerText: '([^']+)'/g;
  const written = Array.from(source.matchAll(kinds), ([, kind = "", text = ""]) => [kind, text]);
  expect(written).toHaveLength(5);
  expect(written.map(([kind = ""]) => [kind, providerTextOf(kind)])).toEqual(written);
});
