import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import { knownVersions, packageDownloadUrl, providerTextOf } from "../../../provider/engine/commands/known-sources.ts";
import { pulumiSchema } from "../../../provider/schema/pulumi.ts";

const root = new URL("../../../", import.meta.url);

test("knows this release and each released one", () => {
  expect(knownVersions).toContain(packageFile.version);
  const released = readdirSync(new URL("sdk/released/", root)).flatMap((name) => /\d+\.\d+\.\d+/.exec(name) ?? []);
  const recorded = readdirSync(new URL("test/fixtures/states/", root));
  for (const version of [...released, ...recorded]) expect(knownVersions).toContain(version);
});

test("knows the address that the schema names", () => {
  expect(pulumiSchema(packageFile.version).pluginDownloadURL).toBe(packageDownloadUrl);
});

test("knows the text that each class of the dynamic provider writes", () => {
  const folder = new URL("provider/pulumi-dynamic/", root);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  const written = sources.flatMap((source) => {
    const [, kind = ""] = /type: "pulumi-nodejs:dynamic\/uko:(\w+)"/.exec(source) ?? [];
    const [, text] = /providerText: '([^']+)'/.exec(source) ?? [];
    return text === undefined ? [] : [[kind, text]];
  });
  expect(written).toHaveLength(5);
  expect(written.map(([kind = ""]) => [kind, providerTextOf(kind)])).toEqual(written);
});
