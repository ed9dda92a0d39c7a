import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { openOperations } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { complaintsAbout } from "../support/compile.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, quietWorld, vaultId } from "./harness.ts";

const { world, folder } = useCliStage();

const importInto = (out: string) => world.uko("carol", `import --vault ${vaultId} --out ${out}`);

it("writes a program that adopts the vault's resources by ID, and changes nothing at the service", async () => {
  const out = path.join(folder, "payments");
  const before = (await world.trail()).length;
  const ended = await importInto(out);
  const listing = ["vault", "keystore", "template", "key"].map((noun) => `Listing each ${noun}\n`).join("");
  expect([ended.exitCode, ended.err]).toEqual([0, listing]);
  expect(ended.out).toContain("  npm install ./uko-pulumi-0.0.0-test.tgz && pulumi stack init dev && pulumi up\n");
  expect((await world.trail()).slice(before).filter(({ effect }) => effect)).toEqual([]);
  const written = readdirSync(out).toSorted();
  expect(written).toEqual(["Pulumi.yaml", "import.json", "index.ts", "package.json"]);
  const texts = written.map((name) => `--- ${name}\n${readFileSync(path.join(out, name), "utf8")}`);
  await expect(texts.join("")).toMatchFileSnapshot("../golden/cli/import.txt");
});

it("writes a configuration that imports the same by ID, with the commands of OpenTofu or Terraform", async () => {
  const before = (await world.trail()).length;
  const writtenFor = async (format: string): Promise<string> => {
    const out = path.join(folder, format);
    const ended = await world.uko("carol", `import --vault ${vaultId} --format ${format} --out ${out}`);
    expect([ended.exitCode, ended.err.includes("[UKO"), readdirSync(out).length]).toEqual([0, false, 2]);
    const files = ["main.tf", "imports.tf"];
    const texts = files.map((name) => `--- ${name}\n${readFileSync(path.join(out, name), "utf8")}`);
    return `${ended.out.replaceAll(out, "payments")}${texts.join("")}`;
  };
  const forTofu = await writtenFor("tofu");
  await expect(forTofu).toMatchFileSnapshot("../golden/cli/import-tofu.txt");
  expect(await writtenFor("terraform")).toBe(forTofu.replaceAll(/tofu (?=init|apply|&&)/g, "terraform "));
  expect((await world.trail()).slice(before).filter(({ effect }) => effect)).toEqual([]);
});

it("writes no program that requests an unpublished package from a registry", async () => {
  await importInto(folder);
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  expect(dependencies["@uko/pulumi"]).toBe("file:uko-pulumi-0.0.0-test.tgz");
});

it("installs the provider first unless both engines find this version of it", async () => {
  const machine = { system: "linux", processor: "x64", home: folder, providerFolder: "/nowhere" };
  const nextIn = async (out: string) => {
    const at = quietWorld({ environment: world.environmentOf("carol"), machine });
    const typed = ["import", "--vault", vaultId, "--format", "tofu", "--out", path.join(folder, out)];
    expect(await runCli(typed, at)).toBe(0);
    return at.output.out.match(/^ {2}.* apply$/m)?.[0].trim();
  };
  const [first = "", second = ""] = ["opentofu.org", "terraform.io"].map((host) =>
    path.join(folder, ".local/share/terraform/plugins", `registry.${host}`, "pulumi-uko/uko"),
  );
  mkdirSync(path.join(first, "0.0.0-test", "linux_amd64"), { recursive: true });
  mkdirSync(path.join(second, "0.0.1", "linux_amd64"), { recursive: true });
  expect(await nextIn("a")).toBe("uko install tofu && tofu init && tofu apply");
  writeFileSync(path.join(second, "terraform-provider-uko_0.0.0-test_linux_amd64.zip"), "");
  expect(await nextIn("b")).toBe("tofu init && tofu apply");
});

it("writes a program that the package's classes accept", async () => {
  await importInto(folder);
  const text = readFileSync(path.join(folder, "index.ts"), "utf8");
  writeFileSync(path.join(folder, "wrong.ts"), text.replace("existingKeyId", "existingKey"));
  const [written, wrong] = complaintsAbout(["index.ts", "wrong.ts"].map((name) => path.join(folder, name)));
  expect(written).toEqual([]);
  expect(wrong).toEqual([expect.stringContaining("existingKey")]);
}, 60_000);

it("leaves out destroyed keys, and takes deactivated ones", async () => {
  const [, cards = ""] = keys.cards.split("/");
  const [, vouchers = ""] = keys.vouchers.split("/");
  await world.deactivate(keys.cards);
  await world.destroy(keys.vouchers);
  await importInto(folder);
  const program = readFileSync(path.join(folder, "index.ts"), "utf8");
  expect([program.includes(cards), program.includes(vouchers)]).toEqual([true, false]);
});

it("reports what no program can express, and why", async () => {
  const reason = 'Template "x" v/t: cannot be declared because of its algorithm';
  const later = quietWorld({
    environment: world.environmentOf("carol"),
    openOperations: async (...given) => ({
      ...(await openOperations(...given)),
      inventory: async () => ({ items: [], leftOut: [reason] }),
    }),
  });
  expect(await runCli(["import", "--vault", vaultId, "--out", folder], later)).toBe(0);
  expect(later.output.out).toContain(`\nNot included, because this release cannot manage it:\n  ${reason}\n`);
});

it("overwrites no file, and sends no call to the service then", async () => {
  writeFileSync(path.join(folder, "index.ts"), "mine");
  const before = (await world.trail()).length;
  const { exitCode, err } = await importInto(folder);
  expect([exitCode, err]).toEqual([1, expect.stringContaining(`index.ts is already in ${folder}`)]);
  expect(readFileSync(path.join(folder, "index.ts"), "utf8")).toBe("mine");
  expect((await world.trail()).length).toBe(before);
});

it("checks only for files of the chosen format", async () => {
  writeFileSync(path.join(folder, "index.ts"), "mine");
  writeFileSync(path.join(folder, "imports.tf"), "mine");
  const { exitCode, err } = await world.uko("carol", `import --vault ${vaultId} --format tofu --out ${folder}`);
  expect([exitCode, err]).toEqual([1, expect.stringContaining(`imports.tf is already in ${folder}`)]);
  expect(readdirSync(folder).toSorted()).toEqual(["imports.tf", "index.ts"]);
});

it("reports a vault that does not exist", async () => {
  const { exitCode, err } = await world.uko(
    "carol",
    `import --vault ${vaultId.replace("5c1e", "5c1f")} --out ${folder}`,
  );
  expect([exitCode, err]).toEqual([1, expect.stringContaining("[UKO_NOT_FOUND]")]);
  expect(readdirSync(folder)).toEqual([]);
});
