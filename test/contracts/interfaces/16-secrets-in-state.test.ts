import { expect, test } from "vitest";
import { ended } from "./support/next-steps.ts";
import { withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

const secrets = ["first-secret-access-key", "AKIAEXAMPLEEXAMPLE", "QUJDREVGR0hJSktMTU5PUA=="] as const;
const [secretAccessKey, accessKeyId, payload] = secrets;
const aws = { region: "eu_west_3", accessKeyId, secretAccessKey };
const programWith = (kmsKey: Readonly<Record<string, unknown>> = {}) =>
  userInterface.programFor({
    vault: { type: "Vault", args: { name: "smoke" } },
    aws: {
      type: "Keystore",
      args: { vaultId: "$vault.vaultId", type: "aws_kms", name: "paris", groups: ["smoke"], aws },
    },
    kms: { type: "KmsKey", args: { name: "smoke-kms", payload, dualAuthorization: "single", ...kmsKey } },
  });

test("no secret is in an output, in a shown state or in a message, even of a failed check", () =>
  withScenario({ profile: "documented", program: programWith(), single: ["smoke-kms"] }, async (scenario) => {
    const carol = await scenario.person("carol");
    const made = ended(await carol.up(), 0);
    const exported = (await carol.engine.exportState()).text;
    const outputs = JSON.stringify(await carol.openOutputs());
    expect(outputs.match(/scrypt:[\w-]{22}:[\w-]{43}/g)).toHaveLength(secrets.length);
    const unchanged = ended(await carol.up(["--expect-no-changes"]), 0);
    const refreshed = ended(await carol.engine.refresh(["--expect-no-changes"]), 0);
    await carol.engine.writeProgram(programWith({ keyRing: "!" }));
    const failed = ended(await carol.up(), 1);
    expect(failed.output).toMatch(/key_?[rR]ing: may hold/);
    // A literal of the program is shown by an engine that quotes the program's own line.
    await carol.engine.writeProgram(programWith({ payload: "$env.PAYLOAD" }));
    const refused = ended(await carol.up([], { env: { PAYLOAD: "not base64, yet secret" } }), 1);
    expect(refused.output).toContain("payload: must be base64");
    const shown = [made, unchanged, refreshed, failed, refused].map(({ output }) => output);
    for (const secret of [...secrets, "yet secret"]) {
      for (const text of [exported, outputs, ...shown]) expect(text).not.toContain(secret);
    }
  }));
