import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { checkSeed } from "../../provider/emulator/store/seed.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { quietWorld, repository, vaultId } from "../cli/harness.ts";

const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as { version: string };
const example = path.join(repository, "examples/existing-vault");

const { world: uko, folder } = useCliStage({
  seed: checkSeed(JSON.parse(readFileSync(path.join(example, "seed.json"), "utf8"))),
});

test("the program of examples/existing-vault is what uko import writes", async () => {
  const world = quietWorld({ version, environment: uko.environmentOf("bob") });
  const typed = ["import", "--vault", vaultId, "--format", "pulumi", "--out", folder];
  expect(await runCli(typed, world), world.output.err).toBe(0);
  for (const name of ["index.ts", "Pulumi.yaml", "package.json"]) {
    const [written, kept] = [folder, path.join(example, "imported")].map((place) =>
      readFileSync(path.join(place, name), "utf8"),
    );
    expect(kept, name).toBe(written);
  }
});
