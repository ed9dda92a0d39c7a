/** The published schemas of the JSON that `uko` prints: fresh, and complete for what it really prints. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { jsonFormNames, jsonSchemaText } from "../../sdk/make/docs/json-forms.ts";
import { jsonSchemasFolder } from "../../sdk/make/schema-file.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, makeKmsKey, type Person, reportOf } from "./harness.ts";
import { expectForm } from "./json-form.ts";

it.each(jsonFormNames)("the published schema of a %s matches; if not: npm run schema", (name) => {
  expect(readFileSync(new URL(`${name}.schema.json`, jsonSchemasFolder), "utf8")).toBe(jsonSchemaText(name));
});

describe("what uko prints", () => {
  const { world, folder } = useCliStage();

  it("has the form of a step in the evidence", async () => {
    const UKO_EVIDENCE = path.join(folder, "evidence.jsonl");
    await world.uko("bob", `request ${keys.cards} --reason "moved away"`, { UKO_EVIDENCE });
    await world.advance("1m");
    await world.uko("bob", `hold ${keys.cards}`, { UKO_EVIDENCE });
    expectForm("audit-step", (await world.uko("bob", `audit --file ${UKO_EVIDENCE} --json`)).out);
    expectForm("evidence-check", (await world.uko("bob", `audit --verify --file ${UKO_EVIDENCE} --json`)).out);
    await world.advance("1m");
    await world.uko("carol", `hold ${keys.cards} --release --reason over`);
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    expectForm("hold", (await world.uko("carol", `hold ${keys.cards} --until 2026-12-24 --json`)).out);
    await world.advance("1m");
    await world.uko("carol", `hold ${keys.cards} --release --reason over`);
    await world.advance("1m");
  });

  it("has the form of a report, at each step of a deletion and for a KMS key", async () => {
    const UKO_REPORT = path.join(folder, "report.jsonl");
    const kmsKey = `kms/${await makeKmsKey(world, "spare")}`;
    const printed: string[] = [];
    const run = async (who: "alice" | "bob" | "carol", command: string) => {
      const ended = await world.uko(who, `${command} --json`, { UKO_REPORT });
      printed.push(ended.out);
      await world.advance("1m");
      return ended;
    };
    const { draft, vouchers } = keys;
    await run("carol", `request ${kmsKey}`);
    const approve = async (who: "alice" | "carol", named: string) => {
      await world.type(who, `approve ${named}`, undefined, { UKO_REPORT });
      await world.advance("1m");
    };
    // A key that waits for its first request has its last writer.
    expect(reportOf(await run("bob", "requests")).deletion.lastWriter).toBe("IBMid-550000CAROL");
    await run("bob", `request ${draft} --reason "moved away"`);
    await run("alice", `continue ${draft}`);
    await approve("carol", `${draft} --store`);
    await run("bob", `continue ${draft}`);
    const outage = reportOf(await run("bob", `request ${vouchers}`));
    await approve("alice", vouchers);
    await run("alice", `request ${vouchers}`);
    await run("bob", `plan ${vouchers} ${draft} ${keys.ledger}`);
    await run("bob", "requests");
    expectForm("report", printed.join(""));
    expectForm("report-line", readFileSync(UKO_REPORT, "utf8"));

    const [waiting] = outage.explanation.next;
    expect(waiting).toMatchObject({
      neededRoles: ["Key Custodian - Deployer"],
      excludedIdentity: "IBMid-550000BOB",
      commands: [expect.stringMatching(/^uko approve /)],
    });
    const cooling = reportOf(await run("bob", `status ${vouchers}`)).explanation.next[0];
    expect(cooling).toMatchObject({ notBefore: expect.stringMatching(/^2026-11-24T18:\d\d:\d\dZ$/) });
  });

  it.each([
    ["listing", "ls --kind vault keystore template key --json"],
    ["caller", "whoami --json"],
    ["error", `sync ${keys.draft.replace("9b2d", "9b2e")} --json`],
    ["error", "sync payroll --json"],
    ["check", "doctor --json"],
    ["explanation", "explain --json"],
    ["probe", "probe --json --out FOLDER/recording.jsonl"],
    ["hold", `hold ${keys.ledger} --until 2026-12-24 --json`],
  ] as const)("has the form of a %s: uko %s", async (name, command, who: Person = "bob") => {
    expectForm(name, (await world.uko(who, command.replace("FOLDER", folder))).out);
  });
});
