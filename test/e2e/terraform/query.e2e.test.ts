/** Lists of existing objects, from which Terraform, but not OpenTofu, writes a configuration and import blocks. */

import path from "node:path";
import { expect, test } from "vitest";
import { locateTofu } from "../../engines/find-tofu.ts";
import { keyProgram, vaultId, withMade } from "./support/tofu-stage.ts";

const isTerraform = (await locateTofu())?.command === "terraform";
const kinds = ["uko_vault", "uko_keystore", "uko_key_template", "uko_managed_key"];

test.runIf(isTerraform)(
  "terraform query lists a vault, and its configuration imports all of it (UKO_TOFU has to name Terraform)",
  () =>
    withMade(keyProgram(), async ({ stage, bob }) => {
      await bob.run(["state", "rm", "uko_managed_key.payroll"]);
      await bob.writeProgram("");
      const config = `config {\n    vault_id = "${vaultId}"\n  }`;
      const lists = kinds.map(
        (kind) => `list "${kind}" "all" {\n  provider = uko\n  ${kind === "uko_vault" ? "" : config}\n}\n`,
      );
      await bob.writeFile("all.tfquery.hcl", lists.join(""));
      const written = path.join(bob.workingCopy, "written.tf");
      const found = await bob.run(["query", "-no-color", `-generate-config-out=${written}`]);
      expect(found.exitCode, found.output).toBe(0);
      for (const name of ["payments", "payroll-ring", "aws-frankfurt", "cards-draft"])
        expect(found.stdout).toContain(name);

      const mark = await stage.mark();
      const imported = await bob.apply();
      expect(imported, imported.output).toMatchObject({
        exitCode: 0,
        applied: { add: 0, change: 0, import: 8, remove: 0 },
      });
      expect(await stage.effects(mark)).toEqual([]);
      expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    }),
);
