/** Certificates that claim more than their evidence: who acted, how many people, or which service answered. */

import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { limitsOf } from "../../provider/certificate/build.ts";
import type { Certificate } from "../../provider/certificate/statement.ts";
import { verifyFile } from "../../provider/compose/certificates.ts";
import { isByOnePerson } from "../../provider/engine/commands/audit.ts";
import { isUkoError } from "../../provider/errors.ts";
import { hashJson } from "../../provider/services/signing/envelope.ts";
import { type ExportedEvent, eventOf, eventsOf } from "../certificate/audit-events.ts";
import { keyIn, people, signedByBoth, trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";
import { unfinished, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
  await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json");
  await story.uko("alice", "certificate sign @c.json --sign-key @alice.key");
});

const textOf = (): string => Buffer.from(story.envelope("c.json").payload, "base64").toString("utf8");
const signed = (text: string): void =>
  writeFileSync(
    story.file("m.json"),
    signedByBoth(story, { ...story.envelope("c.json"), payload: Buffer.from(text, "utf8").toString("base64") }),
  );
/** Another statement about the key, in which everything fits together. */
function signedWith(change: (key: Certificate["predicate"]["keys"][number]) => void): void {
  const statement = JSON.parse(textOf()) as Certificate;
  const { predicate } = statement;
  for (const key of predicate.keys) change(key);
  statement.subject = predicate.keys.map((key) => ({ name: key.subject, digest: { sha256: hashJson(key) } }));
  predicate.list = { count: predicate.keys.length, sha256: hashJson(statement.subject) };
  predicate.notVerified = limitsOf({ ...predicate, isIbm: false });
  signed(JSON.stringify(statement));
}

async function verified(evidence: readonly string[] = []) {
  const trust = (["alice", "bob", "carol"] as const).map((who) => `${people[who]}=${story.file(`${who}.pem`)}`);
  try {
    const required = { requiredSigners: 2, areTwoPeopleRequired: false, allowsEmulator: true };
    const files = evidence.map((name) => story.file(name));
    return await verifyFile({ file: story.file("m.json"), trust, ...required, evidence: files, events: [] });
  } catch (error) {
    if (isUkoError(error)) return error.code;
    throw error;
  }
}

/** Everything that the commands show of a certificate, without its name: check, JSON, list and page. */
async function shownOf(name: string): Promise<readonly string[]> {
  const verify = `certificate verify @${name} --allow-emulator ${trustAll}`;
  const commands = [verify, `${verify} --json`, `certificate show @${name}`];
  const shown: string[] = [];
  for (const command of commands) shown.push((await story.uko("erin", command)).out);
  await story.uko("erin", `certificate show @${name} --html @page.html --force`);
  return [...shown, readFileSync(story.file("page.html"), "utf8")];
}

describe("a signer cannot hide who took the steps", () => {
  it("by a key whose steps are called unrecorded, if the evidence has them", async () => {
    signedWith((key) => Object.assign(key, { outcome: "not_recorded", steps: [] }));
    expect(await verified()).toMatchObject({ problems: [] });
    expect(await verified(["evidence.jsonl"])).toMatchObject({ problems: [{ kind: "evidence_differs" }] });
  });

  it("by facts about a key that the evidence does not mention", async () => {
    signedWith((key) => {
      key.keyId = "9b2d0000-0000-4000-8000-00000000ffff";
      Object.assign(key, { subject: key.subject.replace(/[^/]*$/, key.keyId), outcome: "not_recorded" });
    });
    expect(await verified(["evidence.jsonl"])).toMatchObject({ problems: [{ kind: "evidence_differs" }] });
  });

  it("by an empty IAM ID for a requester, next to a step of a person without an ID and with a name", async () => {
    signedWith(({ steps }) => {
      for (const { requester } of steps) if (requester !== undefined) requester.iamId = "";
      for (const { step, executor } of steps)
        if (step === "remove") Object.assign(executor, { iamId: "", name: "Carol" });
    });
    const [check, , list, page] = await shownOf("m.json");
    expect(check).toMatch(
      /deactivate: requested by not recorded\n.* deactivate: approved and executed by IBMid-550000ALICE/,
    );
    expect(list).toMatch(/^payroll +destroyed, removed +\S+ +not recorded +IBMid-550000BOB/m);
    expect(page).toContain(">not recorded</td>");
    expect(`${list}${page}`).not.toContain("Carol");
  });
});

describe("the events of one person never show as two people", () => {
  it("if a record in the description names its author only by a mark", async () => {
    uko.reset({ tags: "dropped" });
    const state = await uko.make({ description: "Salaries", deletionGate: "destroy" });
    const first = uko.run("carol");
    await unfinished(first.handlers, state);
    await uko.advance("1m");
    const second = uko.run("carol");
    await unfinished(second.handlers, state);
    for (const entries of [[...first.evidence, ...second.evidence], second.evidence]) {
      const key = keyIn(entries);
      const step = key?.steps.find((each) => each.step === "deactivate");
      expect(isByOnePerson(step ?? { step: "" })).toBe(true);
      expect(step).toMatchObject({
        requester: { iamId: "IBMid-550000CAROL" },
        approver: { iamId: "IBMid-550000CAROL" },
      });
    }
  });

  it("if a person approves their own request and another person executes the step", () => {
    const entries = story.entries();
    for (const { allowedBy } of entries) {
      if (allowedBy !== undefined) Object.assign(allowedBy, { how: "approval", requestId: allowedBy.id });
    }
    const key = keyIn(entries);
    const step = key?.steps.find((each) => each.step === "destroy");
    expect(step?.requester?.iamId).toBe(step?.approver?.iamId);
    expect(isByOnePerson(step ?? { step: "" })).toBe(true);
  });

  it("if KMS does not report who set the deletion window, which may be the executor", () => {
    const entries = story.entries();
    for (const { allowedBy } of entries) if (allowedBy !== undefined) allowedBy.author = "";
    const key = keyIn(entries);
    const step = key?.steps.find(({ step: name }) => name === "destroy");
    expect(step).toMatchObject({ requester: { iamId: "" }, approver: { iamId: people.bob } });
    expect(isByOnePerson(step ?? { step: "" })).toBeUndefined();
  });

  it("and a step of one person is shown as such", async () => {
    signedWith(({ steps }) => {
      for (const step of steps) if (step.approver !== undefined) Object.assign(step, { approver: step.requester });
    });
    const [check, , list, page] = await shownOf("m.json");
    for (const text of [check, list, page]) expect(text).toContain("(one person)");
    expect(check).not.toMatch(/approved (and executed )?by IBMid/);
  });
});

describe("an audit event shows an act only if the person wrote to this key at this time", () => {
  const line = { time: "2026-11-24T14:22:00Z", instanceId: "", keyId: "" };
  /** What `--two-people` says of the certificate with the events of the account, changed. */
  async function problemsWith(change: (events: readonly ExportedEvent[]) => readonly ExportedEvent[], name = "c.json") {
    const events = change(eventsOf(readFileSync(story.file("evidence.jsonl"), "utf8")));
    writeFileSync(story.file("events.json"), JSON.stringify(events));
    const command = `certificate verify @${name} ${trustAll} --allow-emulator --two-people --json`;
    const { out } = await story.uko("erin", `${command} --activity-tracker @events.json`);
    return JSON.parse(out.split("\n")[0] ?? "").problems.map(({ kind, step, did }: Record<string, unknown>) =>
      did === undefined ? kind : `${did} ${step}`,
    );
  }
  const changed = (at: number, change: (event: ExportedEvent) => object) => (events: readonly ExportedEvent[]) =>
    events.map((each, index) => (index === at ? { ...each, ...change(each) } : each));
  const later = (seconds: number) => (event: ExportedEvent) => ({
    eventTime: new Date(Date.parse(event.eventTime) + seconds * 1000).toISOString(),
  });
  const plantedBy = (iamId: string, secondsBefore: number, outcome: string) => (events: readonly ExportedEvent[]) => {
    const [request] = events;
    const planted = { ...eventOf(line, iamId), ...request, initiator: { id: iamId }, outcome };
    return [{ ...planted, ...later(-secondsBefore)(planted) }, ...events];
  };

  it("and with the events as they were, nothing is missing", async () => {
    expect(await problemsWith((events) => events)).toEqual([]);
  });

  it.each<readonly [string, (events: readonly ExportedEvent[]) => readonly ExportedEvent[], readonly string[]]>([
    ["is of another person", changed(0, () => ({ initiator: { id: people.carol } })), ["requested deactivate"]],
    ["of the call is of another person", changed(3, () => ({ initiator: { id: people.carol } })), ["approved destroy"]],
    ["is of another time", changed(0, later(-10)), ["requested deactivate"]],
    [
      "is of a second before the request, which it cannot have brought",
      changed(0, later(-2)),
      ["requested deactivate"],
    ],
    [
      "is of 3 seconds after the request, so that it also comes just before the next one",
      changed(0, later(3)),
      ["requested deactivate", "requested destroy"],
    ],
    ["is of another day between the request and the call", changed(0, later(-86_400)), ["requested deactivate"]],
    [
      "is of another key",
      changed(0, () => ({ target: { id: "crn:v1::managed-key:other" } })),
      ["requested deactivate"],
    ],
    ["is of a read", changed(0, () => ({ action: "hs-crypto.managed-keys.read" })), ["requested deactivate"]],
    ["is of a refused call", changed(3, () => ({ outcome: "failure" })), ["approved destroy"]],
    ["is of the step, and no other is of the request", (all) => all.toSpliced(2, 1), ["requested destroy"]],
    [
      "follows a write of another person, who could have written the request in Bob's name",
      plantedBy(people.carol, 3, "success"),
      ["requested deactivate"],
    ],
    ["follows a refused write of another person", plantedBy(people.carol, 3, "failure"), []],
    ["follows a write of another person long ago", plantedBy(people.carol, 120, "success"), []],
    ["follows a write of the same person", plantedBy(people.bob, 3, "success"), []],
    [
      "is followed by a write of another person in the record's 2 seconds, which a later write of the requester could carry",
      (all) => [
        ...plantedBy(people.carol, -0.5, "success")(all),
        ...plantedBy(people.bob, -1, "success")(all).slice(0, 1),
      ],
      ["requested deactivate"],
    ],
  ])("%s", async (_, change, missing) => {
    expect(await problemsWith(change)).toEqual(missing);
  });

  it("which a signer cannot get by naming a request as old as another write of the person", async () => {
    signedWith(({ steps }) => {
      for (const { requester } of steps) if (requester?.iamId === people.bob) requester.at = "2026-11-01T00:00:00Z";
    });
    const old = changed(0, () => ({ eventTime: "2026-11-01T00:00:00Z" }));
    expect(await problemsWith(old, "m.json")).toEqual(["requested deactivate"]);
  });

  it("which a signer cannot get by a call that took days", async () => {
    signedWith(({ steps }) => {
      for (const step of steps) if (step.step === "destroy") step.doneAt = "2026-12-20T00:00:00Z";
    });
    const late = changed(3, () => ({ eventTime: "2026-12-10T00:00:00Z" }));
    expect(await problemsWith(late, "m.json")).toEqual(["approved destroy"]);
  });

  it("and never for a step of one person, or a key whose steps are missing", async () => {
    signedWith(({ steps }) => {
      for (const step of steps) if (step.step === "destroy") delete step.requester;
    });
    expect(await problemsWith((events) => events, "m.json")).toEqual(["one_person"]);
    signedWith((key) => Object.assign(key, { steps: key.steps.filter(({ step }) => step !== "destroy") }));
    expect(await problemsWith((events) => events, "m.json")).toEqual(["destruction_not_recorded", "steps_missing"]);
  });
});

describe("a signature says who signed, and no more", () => {
  it.each([
    ["bob", "who took a step"],
    ["carol", "who took no recorded step"],
  ] as const)("%s does not confirm the steps by signing", async (who, part) => {
    await story.uko("bob", `certificate create --sign-key @${who}.key --out @by-${who}.json`);
    const [check = "", json = "{}"] = await shownOf(`by-${who}.json`);
    expect(check).toContain(`Signed by ${people[who]} ("${who}"), ${part}\n`);
    expect(JSON.parse(json)).toMatchObject({ signers: [{ iamId: people[who], tookStep: who === "bob" }] });
    for (const { knownBy } of JSON.parse(json).keys[0].acts) expect(knownBy).toBe("signers");
    for (const text of await shownOf(`by-${who}.json`))
      expect(text).not.toMatch(/witness|independent|corroborat|grade/i);
  });

  it("a claim in the statement itself is refused", async () => {
    for (const claim of [{ grade: "corroborated" }, { witnesses: [] }]) {
      const statement = JSON.parse(textOf()) as Certificate;
      signed(JSON.stringify({ ...statement, predicate: { ...statement.predicate, ...claim } }));
      expect(await verified()).toMatchObject({ problems: [{ kind: "not_a_certificate" }] });
    }
  });

  it("a file that is not a certificate gets no signature that could pass for one", async () => {
    const payload = Buffer.from(JSON.stringify({ predicateType: "x" }), "utf8").toString("base64");
    writeFileSync(
      story.file("x.json"),
      `${JSON.stringify({ ...story.envelope("c.json"), payload, signatures: [] })}\n`,
    );
    const before = readFileSync(story.file("x.json"), "utf8");
    const { exitCode, err } = await story.uko("alice", "certificate sign @x.json --sign-key @alice.key");
    expect([exitCode, err]).toEqual([1, expect.stringContaining("is not a certificate of this release")]);
    expect(readFileSync(story.file("x.json"), "utf8")).toBe(before);
  });
});

describe("the certificate of an emulator never reads as one of IBM's service", () => {
  it("wherever it is shown", async () => {
    const [check, json = "", list, page] = await shownOf("c.json");
    for (const text of [check, list, page]) {
      expect(text).toMatch(/Service: http:\/\/127\.0\.0\.1:\d+, not shown to be IBM(&#39;|')s service/);
    }
    expect(JSON.parse(json).notVerified.map(({ code }: { code: string }) => code)).toContain("not_ibm");
  });

  it("if its signers name IBM's endpoint, because the check says that they state it", async () => {
    const statement = JSON.parse(textOf()) as Certificate;
    statement.predicate.instance.endpoints = ["https://uko.cloud.ibm.com"];
    statement.predicate.notVerified = limitsOf({ ...statement.predicate, isIbm: true });
    signed(JSON.stringify(statement));
    // The clock of the emulator went on, and IBM's would not have.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(statement.predicate.evidenceUntil ?? "") });
    onTestFinished(() => void vi.useRealTimers());
    const [check, , list, page] = await shownOf("m.json");
    for (const text of [check, list, page]) {
      expect(text).toContain("Service: https://uko.cloud.ibm.com, as the signers state");
      expect(text).toContain("its holder could have invented it");
    }
  });
});

it("only what follows from the evidence files is called stated by the evidence", async () => {
  const verify = (options = "") =>
    story.uko("erin", `certificate verify @c.json --allow-emulator ${trustAll} ${options}`);
  const knownBy = async (options: string) => {
    const { keys } = JSON.parse((await verify(`${options} --json`)).out);
    return new Set(keys[0].acts.map((act: { readonly knownBy: string }) => act.knownBy));
  };
  expect(await knownBy("")).toEqual(new Set(["signers"]));
  expect(await knownBy("--evidence @evidence.jsonl")).toEqual(new Set(["evidence"]));
});

it.each([
  ["a property that is named twice", (text: string) => text.replace('"outcome":"removed"', '"outcome":"active",$&')],
  [
    "a property named __proto__",
    (text: string) => text.replace('"areKeystoresLive":true', '$&,"__proto__":{"outcome":"x"}'),
  ],
  ["a number in another notation", (text: string) => text.replace(/"count":(\d+)/, '"count":$1.0')],
  ["white space between its parts", (text: string) => text.replace(",", ", ")],
])("a statement with %s is no certificate, because readers could differ on what it says", async (_, change) => {
  const text = change(textOf());
  expect(text).not.toBe(textOf());
  signed(text);
  expect(await verified()).toBe("UKO_CERTIFICATE_INVALID");
});

it("a signature is not written through a link that another user left next to the certificate", async () => {
  writeFileSync(story.file("victim"), "mine\n");
  writeFileSync(story.file("l.json"), readFileSync(story.file("c.json")));
  symlinkSync(story.file("victim"), story.file("l.json.new"));
  expect(await story.uko("carol", "certificate sign @l.json --sign-key @carol.key")).toMatchObject({ exitCode: 0 });
  expect(readFileSync(story.file("victim"), "utf8")).toBe("mine\n");
  expect(story.envelope("l.json").signatures).toHaveLength(3);
});

describe("one person does not count as two", () => {
  it("by an IAM ID in the trust file that differs only in case", async () => {
    const file = story.file("trust.json");
    const pem = (who: string): string => readFileSync(story.file(`${who}.pem`), "utf8");
    const persons = [people.bob, people.bob.toLowerCase()].map((iamId, at) => ({
      iamId,
      keys: [pem(at === 0 ? "bob" : "alice")],
    }));
    writeFileSync(file, JSON.stringify({ version: 1, persons }));
    const shared = {
      file: story.file("c.json"),
      trust: [file],
      ...{ evidence: [], events: [], requiredSigners: 2, areTwoPeopleRequired: false, allowsEmulator: true },
    };
    expect((await verifyFile(shared)).problems).toContainEqual({ kind: "too_few_signers", found: 1, required: 2 });
  });
});

it.each(["2026-13-45T00:00:00Z", "2026-02-31T10:00:00Z", "2026-11-24T25:00:00Z"])(
  "a certificate of a time that does not exist is not valid: %s",
  async (evidenceUntil) => {
    const statement = JSON.parse(textOf()) as Certificate;
    statement.predicate.evidenceUntil = evidenceUntil;
    signed(JSON.stringify(statement));
    const problem = { kind: "not_a_certificate", detail: expect.stringContaining("evidenceUntil") };
    expect(await verified()).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining(problem)]) });
  },
);

it("a certificate does not name a step after the end of its evidence", async () => {
  const statement = JSON.parse(textOf()) as Certificate;
  statement.predicate.evidenceUntil = "2026-12-01T00:00:00Z";
  signed(JSON.stringify(statement));
  const problem = { kind: "time_contradicts", time: expect.stringMatching(/^2026-12-25T/) };
  expect(await verified()).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining(problem)]) });
});
