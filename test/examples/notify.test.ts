/** The recipes that tell approvers about pending requests: their messages, their pipelines, and what they cannot do. */

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailText } from "../../examples/notify/mail.ts";
import { guide, type Notices, readNotices } from "../../examples/notify/notices.ts";
import { slackPayload } from "../../examples/notify/slack.ts";
import { teamsPayload } from "../../examples/notify/teams.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { type Ended, keys, makeKmsKey, repository, seed } from "../cli/harness.ts";
import { writesManagedKey } from "../support/calls.ts";
import { read } from "../support/documents.ts";
import { jsonLines } from "../support/json-lines.ts";

/** A service ID with the role Reader, and the two rights to list that this role does not have. */
const reader = {
  iamId: "iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000009",
  kind: "service",
  name: "notifier",
  apiKey: "notifier-demo-key",
  roles: ["Reader"],
  grants: ["vaults.list", "managed-keys.list"],
} as const;

const { roles, grants, ...identity } = reader;
const notifier = { ...identity, roles: [...roles], grants: [...grants] };
const { world } = useCliStage({ seed: { ...seed, identities: [...(seed.identities ?? []), notifier] } });
/** What `uko requests --json` printed for several requests. */
let several = "";
beforeAll(async () => {
  several = await requestSeveral();
});

const asReader = (command: string): Promise<Ended> => world.uko("erin", command, { UKO_API_KEY: reader.apiKey });

const formats = { slack: slackPayload, teams: teamsPayload, mail: mailText } as const;
type Format = keyof typeof formats;

function messageOf(format: Format, found: Notices): string {
  const message = formats[format](found);
  return typeof message === "string" ? message : `${JSON.stringify(message, undefined, 2)}\n`;
}

interface Deletion {
  readonly recordId?: string;
}

interface Line {
  readonly label: string;
  readonly deletion: Deletion;
}

const linesOf = (out: string) => jsonLines<Line>(out);

const recorded = async (): Promise<readonly Line[]> => linesOf((await asReader("requests --json")).out);

/** Requests for an active key, a key that is cooling down, a key that never was active, and a KMS key. */
async function requestSeveral(): Promise<string> {
  await world.uko("bob", `request ${keys.payroll} --reason "Payroll moved to the new ledger"`);
  await world.advance("1m");
  await world.type("alice", `approve ${keys.payroll}`);
  await world.uko("alice", `request ${keys.payroll}`);
  await world.uko("bob", `request ${keys.draft} ${keys.cards}`);
  await world.uko("bob", `request kms/${await makeKmsKey(world, "invoices")}`);
  await world.advance("1m");
  return (await asReader("requests --json")).out;
}

const normalized = (text: string): string => text.replaceAll(/kms\/[0-9a-f-]{36}/g, "kms/<id>");

const places = ["slack", "teams", "mail"] as const;

describe("a message", () => {
  it.each(places)("for %s names key, step, requester, times, approver and command", async (format) => {
    const extension = format === "mail" ? "txt" : "json";
    const message = messageOf(
      format,
      readNotices(several, { UKO_INSTANCE_ID: seed.instance?.id, UKO_REGION: "eu-de" }),
    );
    await expect(normalized(message)).toMatchFileSnapshot(`../golden/notify/${format}.${extension}`);
  });

  it.each(places)("for %s holds no ID to approve with, and only commands that log a person in", (format) => {
    const message = messageOf(format, readNotices(several));
    const ids = linesOf(several).map(({ deletion }) => deletion.recordId ?? "?");
    expect(ids).toHaveLength(4);
    for (const id of ids) expect(message).not.toContain(id);
    const commands = message.match(/\buko [a-z]+[^.`"\n]*/g) ?? [];
    expect(commands).toHaveLength(5);
    for (const command of commands) expect(command).toMatch(/^uko login -- (status \S+|console)\b/);
  });

  it("does not name a key whose request expired", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("8d");
    const { out } = await asReader("requests --json");
    expect(out).toContain("recordExpiredAt");
    expect(readNotices(out)).toMatchObject({ notices: [], faults: 0 });
  });

  it("does not name a key without a request", () => {
    const [line] = linesOf(several);
    const { recordId: _, ...deletion } = line?.deletion ?? {};
    expect(readNotices(JSON.stringify({ ...line, deletion }))).toMatchObject({ notices: [], faults: 0 });
  });

  it("says that requests can be missing if a vault could not be read", async () => {
    const { exitCode, out } = await world.uko("erin", "requests --json");
    expect([exitCode, readNotices(out)]).toMatchObject([13, { notices: [], faults: 1 }]);
    for (const format of places) {
      expect(messageOf(format, readNotices(`${out}no JSON\n`))).toContain("2 of the vaults or keys could not be read");
    }
  });

  it("has a command that shows the person the request", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("1m");
    const [notice] = readNotices((await asReader("requests --json")).out).notices;
    const shown = await world.uko("alice", notice?.command.replace("uko login -- ", "") ?? "");
    expect(shown.out).toMatch(/^ +uko approve payroll$/m);
  });
});

describe("the credential of the recipes", () => {
  it("reads, and can neither request nor approve", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("1m");
    const [line] = await recorded();
    const writes = async () => (await world.trail()).filter(({ operation }) => writesManagedKey(operation)).length;
    const before = await writes();
    expect([before > 0, line?.deletion.recordId]).toEqual([true, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const asNotifier = { UKO_API_KEY: reader.apiKey };
    for (const command of [
      `approve ${keys.payroll}`,
      `approve ${keys.payroll} --store`,
      `approve ${line?.deletion.recordId}`,
    ]) {
      expect((await world.type("erin", command, undefined, asNotifier)).exitCode).not.toBe(0);
    }
    expect((await asReader(`continue ${keys.payroll}`)).exitCode).not.toBe(0);
    expect((await asReader(`request ${keys.draft}`)).exitCode).not.toBe(0);
    expect(await writes()).toBe(before);
  });
});

const hostile = [
  "*bold* _it_ ~no~ `code` ```block```",
  "<!channel> <@U0000> <https://evil.example/approve|Approve here>",
  "[Approve](https://evil.example/approve) ![x](http://evil.example/x.png) www.evil.example",
  '<a href="https://evil.example">Approve</a><script>alert(1)</script><at>Alice</at>',
  "{{DATE(2026-01-01,SHORT)}} $\u007Bsecret} @{outputs('x')} :fire: &lt;",
  "one\r\nBcc: eve@evil.example\r\n\r\nbody\u2028\u202Ereversed\u200B",
];

/** A recorded line in which each text of another person is hostile. */
async function hostileLine(text: string): Promise<string> {
  await world.uko("bob", `request ${keys.payroll} --reason "Payroll moved"`);
  await world.advance("1m");
  const [line] = await recorded();
  const reasons = [{ author: text, name: text, reason: text }];
  const deletion = { ...line?.deletion, requestedByName: text, requestedBy: text, excludedIdentity: text, reasons };
  return `${JSON.stringify({ ...line, label: text, deletion: { ...deletion, neededRoles: [text] } })}\n`;
}

/** Every object of the payload, at any depth. */
function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value as Readonly<Record<string, unknown>>, ...inside];
}

describe("a hostile label, name or reason", () => {
  it.each(hostile)("is text in every message: %j", async (text) => {
    const found = readNotices(await hostileLine(text));
    expect(found).toMatchObject({ faults: 0, notices: [{}] });
    const slack = objectsIn(slackPayload(found));
    const parsedBySlack = slack.filter(({ type }) => type === "mrkdwn").map(({ text: shown }) => shown);
    expect(parsedBySlack).toEqual([`\`\`\`uko login -- status ${keys.payroll}\`\`\``]);
    const plain = slack.filter(({ type }) => type === "plain_text");
    for (const { text: shown, emoji } of plain)
      expect([shown, emoji]).toEqual([expect.not.stringMatching(/[<>]|&(?!(amp|lt|gt);)/), false]);

    const card = objectsIn(teamsPayload(found));
    const parsedByTeams = card.filter(({ type }) => type === "TextBlock").map(({ text: shown }) => shown);
    const ours = objectsIn(teamsPayload(readNotices(await hostileLine("payroll"))));
    expect(parsedByTeams).toEqual(ours.filter(({ type }) => type === "TextBlock").map(({ text: shown }) => shown));
    for (const { text: shown } of card.filter(({ type }) => type === "TextRun"))
      expect(shown).not.toMatch(/[<>]|[{$@]\{/);

    const [headers = "", ...body] = mailText(found).split("\n\n");
    expect(headers.split("\n").map((line) => line.split(":")[0])).toEqual([
      ...["Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted"],
    ]);
    expect(body.join("\n\n")).not.toMatch(/^Bcc/m);
    for (const format of places) {
      const message = messageOf(format, found).replace("http://adaptivecards.io/schemas/", "").replace(guide, "");
      expect(message).not.toMatch(/:\/\/|www\.|[\u2028\u202E\u200B\r]/u);
    }
  });

  it("in an ID makes the line a fault, so that no command can hold it", async () => {
    const line = JSON.parse(await hostileLine("payroll"));
    for (const ids of [{ keyId: "x; curl evil" }, { vaultId: "$(id)" }, { vaultId: "../.." }]) {
      expect(readNotices(JSON.stringify({ ...line, ...ids }))).toMatchObject({ notices: [], faults: 1 });
    }
  });

  it("stays within the limits of each place, in any number", async () => {
    const line = await hostileLine("𝕏&<{".repeat(2000));
    const found = readNotices(line.repeat(150));
    expect(found.notices).toHaveLength(150);
    const { blocks } = slackPayload(found) as { readonly blocks: readonly object[] };
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const { fields = [], text } of objectsIn(blocks) as readonly {
      fields?: readonly { text: string }[];
      text?: unknown;
    }[]) {
      expect(fields.length).toBeLessThanOrEqual(10);
      for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2000);
      if (typeof text === "string") expect(text.length).toBeLessThanOrEqual(3000);
    }
    expect(Buffer.byteLength(JSON.stringify(teamsPayload(found)))).toBeLessThan(28 * 1024);
    expect(
      Math.max(
        ...mailText(found)
          .split("\n")
          .map((each) => Buffer.byteLength(each)),
      ),
    ).toBeLessThanOrEqual(998);
    expect(mailText(found)).toContain("50 more: to list all of them, run uko login -- requests.");
  });
});

const folder = path.join(repository, "examples/notify");
const script = read("examples/notify/notify.sh");

describe("the pipelines", () => {
  it("set every variable that the script reads, and run no other command of uko than the list", () => {
    const commands = script.split("\n").filter((line) => /^[^#]*\buko /.test(line));
    expect(commands).toEqual(['uko requests --json > "$folder/requests.jsonl" || code=$?']);
    const used = new Set(script.match(/\b(?:[A-Z]+_)+[A-Z]+\b/g));
    expect(used.size).toBe(7);
    for (const name of used) {
      for (const file of ["github-actions.yml", "gitlab-ci.yml"])
        expect(read(`examples/notify/${file}`)).toContain(name);
    }
  });
});

describe.skipIf(process.platform === "win32")("notify.sh", () => {
  let bin: string;
  beforeAll(() => {
    bin = mkdtempSync(path.join(tmpdir(), "uko-notify-"));
  });
  afterAll(() => rmSync(bin, { recursive: true, force: true }));

  /** Runs the script with a `uko` that prints these lines, and a `curl` that keeps what it would send. */
  function run(lines: string, exitCode: number) {
    const sent = path.join(bin, "sent");
    rmSync(sent, { force: true });
    writeFileSync(path.join(bin, "lines"), lines);
    writeFileSync(path.join(bin, "uko"), `#!/bin/sh\ncat "${bin}/lines"\nexit ${exitCode}\n`);
    const curl = `#!/bin/sh\n{ echo "ARGS $*"; cat; for a; do case $a in @*) cat "\${a#@}";; */mail) cat "$a";; esac; done; } >> "${sent}"\n`;
    writeFileSync(path.join(bin, "curl"), curl);
    for (const name of ["uko", "curl"]) chmodSync(path.join(bin, name), 0o755);
    const here = {
      PATH: `${bin}${path.delimiter}${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
    };
    const { status, stderr } = spawnSync("sh", [path.join(folder, "notify.sh")], {
      env: { ...here, ...variables },
      encoding: "utf8",
    });
    let text = "";
    try {
      text = readFileSync(sent, "utf8");
    } catch {
      // Nothing was sent.
    }
    return { status, stderr, sent: text };
  }

  const variables = {
    SLACK_WEBHOOK_URL: "https://hooks.example/slack-secret",
    SMTP_URL: "smtps://mail.example",
    SMTP_USER: "bot",
    SMTP_PASSWORD: 'pass"word\\',
    MAIL_FROM: "uko@example.com",
    MAIL_TO: "approvers@example.com",
  };

  it("sends to each place whose variable is set, with secrets only on curl's standard input", async () => {
    await world.uko("bob", `request ${keys.payroll}`);
    await world.advance("1m");
    const { status, sent } = run((await asReader("requests --json")).out, 0);
    expect(status).toBe(0);
    expect(sent.match(/^ARGS/gm)).toHaveLength(2);
    expect(sent).toContain('url = "https://hooks.example/slack-secret"');
    expect(sent).toContain('user = "bot:pass\\"word\\\\"');
    expect(sent).toContain(
      "From: uko@example.com\nTo: approvers@example.com\nSubject: uko: 1 request waits for an approval\n",
    );
    for (const args of sent.match(/^ARGS.*/gm) ?? []) expect(args).not.toMatch(/secret|pass/);
  });

  it("sends nothing if no request waits", () => {
    expect(run("", 0)).toEqual({ status: 0, stderr: expect.any(String), sent: "" });
  });

  it("sends what it has and then fails with the code of uko if a vault could not be read", async () => {
    const { out } = await world.uko("erin", "requests --json");
    const { status, stderr, sent } = run(out, 13);
    expect([status, stderr]).toEqual([13, expect.stringContaining("UKO_RIGHTS_MISSING")]);
    expect(sent).toContain("could not be read");
  });

  it("names the formats if it gets another one", () => {
    const args = [path.join(folder, "notify.ts"), "sms"];
    expect(() => execFileSync(process.execPath, args, { stdio: "pipe" })).toThrow("The format is slack, teams or mail");
  });
});
