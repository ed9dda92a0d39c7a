/** `uko certificate`: from the evidence of two people to a certificate that a third person checks. */

import { createPrivateKey } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { eventsOf } from "../certificate/audit-events.ts";
import { people, trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";
import { keys } from "./harness.ts";
import { expectForm } from "./json-form.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
  expect(await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json")).toMatchObject({ err: "" });
});

const verify = (name: string, options = "") =>
  story.uko("erin", `certificate verify @${name} --allow-emulator ${trustAll} ${options}`);
const create = (options: string, environment = {}) => story.uko("bob", `certificate create ${options}`, environment);

describe("a certificate", () => {
  it("states of the key its outcome, and who took each step with whose request, reason and approval", async () => {
    const shown = JSON.parse((await story.uko("erin", "certificate show @c.json --json")).out);
    const [key] = shown.predicate.keys;
    expect(key).toMatchObject({
      label: "payroll",
      algorithm: "aes",
      size: "256",
      createdBy: "IBMid-550000CAROL",
      outcome: "removed",
      areKeystoresLive: true,
      keystores: [
        {
          name: "payroll-ring",
          status: "not_present",
          keyId: expect.stringMatching(/./),
          destructionAt: expect.stringMatching(/^2026-12-24T/),
        },
      ],
    });
    const deactivation = key.steps.find(({ step }: { step: string }) => step === "deactivate");
    expect(deactivation).toMatchObject({
      executor: { iamId: people.alice },
      requester: { iamId: people.bob, at: expect.stringMatching(/^2026-11-24T14:22:/), reason: "Payroll moved" },
      approver: { iamId: people.alice },
      credential: "api_key",
      correlationId: expect.stringMatching(/./),
    });
  });

  it("counts persons and not keys", async () => {
    copyFileSync(story.file("c.json"), story.file("two.json"));
    expect(await story.uko("alice", "certificate sign @two.json --sign-key @alice.key")).toMatchObject({ exitCode: 0 });
    expect(await verify("two.json", "--require 2")).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^Signed by IBMid-550000BOB .*\nSigned by IBMid-550000ALICE /m),
    });
    const publicKey = (name: string) => readFileSync(story.file(name), "utf8");
    const persons = [{ iamId: people.bob, name: "Bob", keys: [publicKey("bob.pem"), publicKey("alice.pem")] }];
    writeFileSync(story.file("trust.json"), JSON.stringify({ version: 1, persons }));
    const asOne = await story.uko(
      "erin",
      "certificate verify @two.json --allow-emulator --trust @trust.json --require 2",
    );
    expect([asOne.exitCode, asOne.err]).toEqual([
      1,
      expect.stringContaining("1 trusted person signed it, 2 are required"),
    ]);
  });

  it("is a page that prints, rendered from the signed statement, without a script", async () => {
    expect(await story.uko("erin", "certificate show @c.json --html @c.html")).toMatchObject({ exitCode: 0 });
    const page = readFileSync(story.file("c.html"), "utf8");
    expect(page).toContain("@page { size: A4;");
    expect(page).toContain("Not verified");
    // The reason of each request, in the row of its act.
    expect(page).toMatch(
      /deactivate<\/t.>\s*<td[^>]*>requested<\/td>\s*<td[^>]*>[^<]*<\/td>\s*<td[^>]*>Payroll moved</,
    );
    expect(page).toMatch(/destroy<\/t.>\s*<td[^>]*>requested<\/td>\s*<td[^>]*>[^<]*<\/td>\s*<td[^>]*>Ledger closed</);
    expect(page).toMatch(/Evidence until<\/dt>\s*<dd>2026-12-25 19:23:\d\d UTC, by the clock of the service</);
    expect(page).not.toMatch(/<script|https?:\/\/(?!127)|<link|<img/);
  });

  it("as JSON for a machine", async () => {
    const { out } = await verify("c.json", "--json");
    expectForm("certificate-verification", out);
    expect(JSON.parse(out)).toMatchObject({
      v: 1,
      isValid: true,
      signers: [{ iamId: people.bob, name: "bob", tookStep: true }],
      keys: [{ outcome: "removed" }],
    });
    const { keys: checked } = JSON.parse((await verify("c.json", "--evidence @evidence.jsonl --json")).out);
    expect(checked).toMatchObject([{ label: "payroll", acts: { length: 5 } }]);
    const common = {
      step: "deactivate",
      of: 1,
      startedAt: "2026-11-24T14:23:01Z",
      isConfirmed: true,
      knownBy: "evidence",
    };
    expect(checked[0].acts.slice(0, 2)).toEqual([
      {
        ...{ ...common, did: ["requested"], iamId: people.bob, at: expect.stringMatching(/^2026-11-24T14:22:/) },
        recordId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      { ...common, did: ["approved", "executed"], iamId: people.alice, at: "2026-11-24T14:23:01Z" },
    ]);
    const refused = await story.uko("erin", `certificate verify @c.json ${trustAll} --json`);
    expect(JSON.parse(refused.out.split("\n")[0] ?? "")).toMatchObject({
      isValid: false,
      problems: [{ kind: "not_ibm" }],
    });
  });
});

describe("the key check value, by which auditors of payment keys recognize a key", () => {
  const values = [{ method: "ENC-ZERO", value: expect.stringMatching(/^[\dA-F]{6}$/) }];

  it("is in the evidence before each step that deactivates, destroys or removes", () => {
    const before = story.entries().filter(({ phase }) => phase === "before");
    expect(before.map(({ step, key }) => [step, key?.keyCheckValues])).toEqual([
      ["deactivate", values],
      ["destroy", values],
      ["remove", values],
    ]);
  });

  it("is in the signed statement, in the check and on the page", async () => {
    const statement = JSON.parse((await story.uko("erin", "certificate show @c.json --json")).out);
    expect(statement.predicate.keys[0].keyCheckValues).toEqual(values);
    expect(JSON.parse((await verify("c.json", "--json")).out).keys[0]).toMatchObject({ keyCheckValues: values });
    await story.uko("erin", "certificate show @c.json --html @c.html");
    expect(readFileSync(story.file("c.html"), "utf8")).toMatch(
      /<dt>Key check value<\/dt><dd>[\dA-F]{6} \(ENC-ZERO\)<\/dd>/,
    );
  });
});

describe("the audit events of the account", () => {
  const events = () => eventsOf(readFileSync(story.file("evidence.jsonl"), "utf8"));
  const exported = (text: string): string => {
    writeFileSync(story.file("events.json"), text);
    return "--activity-tracker @events.json";
  };

  it.each([
    ["a JSON array", (all: readonly unknown[]) => JSON.stringify(all)],
    ["one event a line", (all: readonly unknown[]) => all.map((each) => `${JSON.stringify(each)}\n`).join("")],
  ])("show each act and two people, as %s", async (_, write) => {
    const { exitCode, out } = await verify("c.json", `--two-people ${exported(write(events()))}`);
    expect(exitCode).toBe(0);
    expect(out).toContain("Audit events: 5 of 5 acts have an event of that person at that time\n");
    expect(out.match(/^ {2}2026\S+ {2}audit event {2}\w+: /gm)).toHaveLength(5);
    expect(out).not.toContain("only stated");
  });

  it("leave an act without an event only stated", async () => {
    const [, ...others] = events();
    const options = exported(JSON.stringify(others));
    const { out } = await verify("c.json", options);
    expect(out).toContain("Audit events: 4 of 5 acts have");
    expect(out).toMatch(/only stated {2}deactivate: requested by IBMid-550000BOB/);
    const { exitCode, err } = await verify("c.json", `--two-people ${options}`);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(/Who requested deactivate of key \S+ is only stated/)]);
    expect(err).not.toContain("destroy");
  });

  it.each([
    ["nothing", "", "is not an export of audit events"],
    ["something else", "{}", "Event 1 cannot be read"],
    [
      "an event without a time",
      `[{"action":"a","outcome":"success","initiator":{"id":"x"},"target":{"id":"y"},"eventTime":"yesterday"}]`,
      "Event 1 cannot be read",
    ],
  ])("are read completely or not at all: %s is refused", async (_, text, message) => {
    const { exitCode, err } = await verify("c.json", exported(text));
    expect([exitCode, err]).toEqual([1, expect.stringContaining(message)]);
  });
});

it("names the requester and the approver if the approval is a record of its own", async () => {
  const environment = { UKO_EVIDENCE: story.file("answer.jsonl") };
  await story.uko("alice", `request ${keys.cards}`, environment);
  await story.world.advance("1m");
  await story.world.type("bob", `approve ${keys.cards} --store`, undefined, environment);
  await story.world.advance("1m");
  await story.uko("alice", `continue ${keys.cards}`, environment);
  await create(`--key ${keys.cards} --sign-key @bob.key --out @answer.json`, environment);
  const { predicate } = JSON.parse((await story.uko("erin", "certificate show @answer.json --json")).out);
  const [key] = predicate.keys;
  expect(key.outcome).toBe("deactivated");
  expect(key.steps.find(({ step }: { step: string }) => step === "deactivate")).toMatchObject({
    executor: { iamId: people.alice },
    requester: { iamId: people.alice, recordId: expect.stringMatching(/./) },
    approver: { iamId: people.bob, recordId: expect.stringMatching(/./) },
  });
});

describe("a signer", () => {
  it("can have an encrypted key, whose passphrase is in a file", async () => {
    const key = createPrivateKey(readFileSync(story.file("bob.key")));
    const encrypted = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" });
    writeFileSync(story.file("bob.enc"), encrypted);
    writeFileSync(story.file("pass"), "open sesame\n", { mode: 0o600 });
    writeFileSync(story.file("wrong"), "sesame\n", { mode: 0o600 });
    writeFileSync(story.file("shared"), "open sesame\n", { mode: 0o640 });
    const sign = (pass?: string) =>
      create(
        "--sign-key @bob.enc --out @e.json",
        pass === undefined ? {} : { UKO_SIGN_PASSPHRASE_FILE: story.file(pass) },
      );
    expect(await sign()).toMatchObject({ exitCode: 1, err: expect.stringContaining("its passphrase is missing") });
    expect(await sign("wrong")).toMatchObject({ exitCode: 1, err: expect.stringContaining("does not open the key") });
    expect(await sign("none")).toMatchObject({ exitCode: 1, err: expect.stringContaining("UKO_SIGN_PASSPHRASE_FILE") });
    expect(await sign("shared")).toMatchObject({ exitCode: 1, err: expect.stringContaining("its mode is 640") });
    expect(existsSync(story.file("e.json"))).toBe(false);
    expect(await sign("pass")).toMatchObject({ exitCode: 0 });
    expect(await verify("e.json")).toMatchObject({ exitCode: 0 });
  });

  it("can be a command, whose signature is checked before it counts", async () => {
    const program = `const { sign } = require("node:crypto"); const { readFileSync } = require("node:fs");
      process.stdout.write(sign("sha256", readFileSync(0), readFileSync(process.argv[2])).toString("base64"));`;
    writeFileSync(story.file("sign.cjs"), program);
    const signer = `--signer "${process.execPath} @sign.cjs @alice.key"`;
    expect(await create(`${signer} --signer-key @alice.pem --out @x.json`)).toMatchObject({ exitCode: 0, err: "" });
    expect(await verify("x.json")).toMatchObject({ exitCode: 0 });
    for (const [options, message, exitCode = 1] of [
      [`${signer} --signer-key @bob.pem`, "a signature that its public key does not confirm"],
      ['--signer "exit 3" --signer-key @alice.pem', "It ended with exit code 3"],
      ['--signer "echo no" --signer-key @alice.pem', "did not print a signature in base64"],
      [signer, "A certificate needs one signer", 2],
    ] as const) {
      expect(await create(`${options} --out @y.json`)).toMatchObject({
        exitCode,
        err: expect.stringContaining(message),
      });
    }
    expect(existsSync(story.file("y.json"))).toBe(false);
  });
});

describe("refuses", () => {
  it("evidence that was changed, and evidence of two instances", async () => {
    const text = readFileSync(story.file("evidence.jsonl"), "utf8");
    writeFileSync(story.file("changed.jsonl"), text.replace("Payroll moved", "Payroll stays"));
    expect(await create("--evidence @changed.jsonl --sign-key @bob.key --out @n.json")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("[UKO_EVIDENCE_BROKEN]"),
    });
    const [line = ""] = text.split("\n");
    const entry = { ...JSON.parse(line), instanceId: "other" };
    writeFileSync(story.file("foreign.jsonl"), `${JSON.stringify(entry)}\n`);
    expect(
      await create("--evidence @evidence.jsonl --evidence @foreign.jsonl --sign-key @bob.key --out @n.json"),
    ).toMatchObject({ exitCode: 1, err: expect.stringContaining("The evidence is about several instances") });
  });
});
