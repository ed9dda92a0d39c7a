/** `uko approve` at a terminal: what a person sees, types and gets. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, keys, makeKmsKey, type Person, reportOf, seed } from "./harness.ts";

/** Two keys of another vault have labels that exist in both vaults, or look like the start of an ID. */
const archived = { ...seed.keys?.[4], vault: "archive", template: "archive" } as NonNullable<typeof seed.keys>[number];
const withTwoVaults = {
  ...seed,
  vaults: [...(seed.vaults ?? []), { id: "5c1e0000-0000-4000-8000-000000000009", name: "archive" }],
  keystores: [
    ...(seed.keystores ?? []),
    {
      id: "ce110000-0000-4000-8000-000000000009",
      name: "archive-ring",
      vault: "archive",
      type: "ibm_cloud_kms",
      variant: "internal",
    },
  ],
  templates: [
    ...(seed.templates ?? []),
    { name: "archive", vault: "archive", keystoreType: "ibm_cloud_kms", group: "archive" },
  ],
  keys: [
    ...(seed.keys ?? []),
    { ...archived, id: "9b2d0000-0000-4000-8000-0000000000a1", label: "payroll" },
    { ...archived, id: "9b2d0000-0000-4000-8000-0000000000a2", label: "9b2d0000" },
    { ...archived, id: "9b2d0000-0000-4000-8000-0000000000a3", label: " " },
  ],
} as unknown as typeof seed;
const inArchive = "5c1e0000-0000-4000-8000-000000000009/9b2d0000-0000-4000-8000-0000000000a1";

const { world, folder } = useCliStage({ seed: withTwoVaults });

async function request(who: Person, named: string): Promise<void> {
  await world.uko(who, `request ${named}`);
  await world.advance("1m");
}

const stateOf = async (key: string): Promise<string> =>
  reportOf(await world.uko("carol", `status ${key} --json`)).lifecycleState;

/** Every write since the seed. */
const writes = async (): Promise<readonly string[]> =>
  (await world.trail()).flatMap(({ effect, operation }) => (effect && operation !== "seed" ? [operation] : []));

async function expectTwoPeople(): Promise<void> {
  expect(explainVerdict(await world.verdict())).toBe("");
}

const labelOfCards = 'Type the label of the key, "cards", to deactivate: ';

/** Approves the deactivation, and requests the destruction. */
async function cutAndRequest(who: Person, key = keys.cards): Promise<void> {
  await world.type(who, "approve cards", ["cards"]);
  await request(who, key);
}

describe("one key", () => {
  it.each([
    ["its label", "cards"],
    ["its vault and label", "payments/cards"],
    ["its full ID", keys.cards],
  ])("is found by %s, shown, and deactivated once its label is typed", async (_title, name) => {
    await request("bob", `${keys.cards} --reason "Moved to the bank"`);
    const ended = await world.type("alice", `approve ${name}`, ["cards"]);
    expect(ended.questions).toEqual([labelOfCards]);
    expect(ended.out).toContain('Deactivate key "cards". Everything that uses it stops working. This can be undone');
    expect(ended.out).toContain(`\n  Key: ${keys.cards}, in vault payments.\n`);
    expect(ended.out).toContain('\n  IBMid-550000BOB ("Bob Example") requested the deactivation on 24 Nov 2026 ');
    expect(ended.out).toContain("\n    Reason: Moved to the bank\n");
    expect(ended.out).toContain(
      "\n  Used by: nothing that UKO knows; UKO does not see who uses the copies in other clouds.\n",
    );
    expect(ended.out).toContain("\n1 key deactivated\n");
    expect([ended.exitCode, await stateOf(keys.cards)]).toEqual([0, "cooling_down"]);
    await expectTwoPeople();
  });

  it("is found by the ID of its request", async () => {
    await request("bob", keys.cards);
    const { recordId } = reportOf(await world.uko("erin", `status ${keys.cards} --json`)).deletion;
    expect((await world.type("alice", `approve ${recordId}`, ["cards"])).exitCode).toBe(0);
    expect(await stateOf(keys.cards)).toBe("cooling_down");
  });

  it.each(["", "y", "card", "Cards", "cards cards", "deactivate 1", keys.cards])(
    "is not touched after the answer %j",
    async (typed) => {
      await request("bob", keys.cards);
      const before = await writes();
      const { exitCode, err } = await world.type("alice", "approve cards", [typed]);
      expect([exitCode, err]).toEqual([
        1,
        "The approval was not confirmed\n  Nothing was changed.\n  [UKO_CANCELED]\n",
      ]);
      expect(await writes()).toEqual(before);
    },
  );

  it("needs a name that only one key has", async () => {
    await request("bob", `${keys.payroll} ${inArchive}`);
    const { exitCode, err } = await world.type("alice", "approve payroll", []);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(`${inArchive}  archive/payroll`)]);
    expect((await world.type("alice", "approve archive/payroll", ["payroll"])).exitCode).toBe(0);
    expect([await stateOf(inArchive), await stateOf(keys.payroll)]).toEqual(["cooling_down", "pending_approval"]);
  });

  it("is named in the next step by its path if its label could be an ID", async () => {
    const odd = inArchive.replace("a1", "a2");
    await request("bob", odd);
    const { out } = await world.type("alice", `approve ${odd}`, ["9b2d0000"]);
    expect(out).toContain(`\n    uko request ${odd}\n`);
  });

  it("is named in each command by its path if another listed key has its label", async () => {
    await request("bob", `${keys.payroll} ${inArchive} ${keys.cards}`);
    await world.advance("1m");
    // A name by which uko looks through all vaults.
    const [, id = ""] = inArchive.split("/");
    const commandsIn = ({ out }: { readonly out: string }) =>
      out.match(/uko (?:approve|decline|withdraw|request|reactivate) \S+/g);
    const { out: listed } = await world.uko("alice", "requests --long");
    for (const path of [keys.payroll, inArchive]) expect(listed).toContain(`uko approve ${path}\n`);
    expect(listed).toContain("uko approve cards\n");
    const shown = commandsIn(await world.uko("alice", `status ${id}`));
    expect(shown).toEqual(["uko approve", "uko approve", "uko decline"].map((command) => `${command} ${inArchive}`));
    expect(commandsIn(await world.uko("bob", `status ${id}`))).toContain(`uko withdraw ${inArchive}`);
    expect(commandsIn(await world.uko("alice", "status cards"))).toContain("uko decline cards");
    const done = await world.type("alice", `approve ${id}`, ["payroll"]);
    expect(commandsIn(done)).toEqual([`uko request ${inArchive}`, `uko reactivate ${inArchive}`]);
    expect(commandsIn(await world.uko("carol", `status ${id}`))).toContain(`uko reactivate ${inArchive}`);
  });

  it("whose label shows nothing is confirmed by its ID, and not by Enter", async () => {
    const blank = `5c1e0000-0000-4000-8000-000000000009/9b2d0000-0000-4000-8000-0000000000a3`;
    await request("bob", blank);
    const { exitCode, questions } = await world.type("alice", `approve ${blank}`, [""]);
    expect(questions).toEqual(['Type the label of the key, "9b2d0000-0000-4000-8000-0000000000a3", to deactivate: ']);
    expect([exitCode, await stateOf(blank)]).toEqual([1, "pending_approval"]);
  });

  it("is not also requested for destruction: the message names the command", async () => {
    await request("bob", keys.cards);
    const { exitCode, out, questions } = await world.type("alice", "approve cards", ["cards"]);
    const { lifecycleState, deletion } = reportOf(await world.uko("erin", `status ${keys.cards} --json`));
    expect([exitCode, lifecycleState, deletion.requestedBy]).toEqual([0, "cooling_down", undefined]);
    expect(questions).toHaveLength(1);
    expect(out).toContain("\n    uko request cards\n");
  });

  it("is destroyed by the requester of the deactivation, who approves the request of the approver", async () => {
    await request("bob", keys.cards);
    await cutAndRequest("alice");
    await world.advance("5h");
    const { questions, out } = await world.type("bob", "approve cards", ["cards"]);
    expect(questions).toEqual(['Type the label of the key, "cards", to destroy: ']);
    expect(out).toContain('\nDestroy key "cards". This cannot be undone.\n');
    expect(await stateOf(keys.cards)).toBe("pending_destruction");
    await expectTwoPeople();
  });

  it("asks nothing while the key cools down, and says until when, and how to approve now", async () => {
    await request("bob", keys.cards);
    await cutAndRequest("alice");
    const { exitCode, out } = await world.type("bob", "approve cards", []);
    expect(exitCode).toBe(12);
    expect(out).toMatch(
      /^You cannot approve 1 key now:\n {2}cards: the key is deactivated and cooling down until 24 Nov 2026 18:2\d UTC, in .*\.\n {2}Next: to let the requester's next run take the step, with the role Key Custodian - Deployer or Key Custodian - Creator, run:\n {4}uko approve cards --store\n$/,
    );
  });

  it("is approved during the cool-down with --store, on which the requester's run acts", async () => {
    await request("bob", keys.cards);
    await cutAndRequest("carol");
    const stored = await world.type("bob", "approve cards --store", ["cards"]);
    expect(stored.questions).toEqual([
      'Type the label of the key, "cards", to store your approval of the destruction: ',
    ]);
    expect(stored.out).toContain("1 key approved\n  Nothing was changed yet.");
    expect(stored.out, "no person can take the step now").not.toContain("without --store");
    expect(stored.out).toMatch(/takes the step, if this person has the role Vault Administrator\.\n/);
    await world.advance("5h");
    expect((await world.uko("bob", `continue ${keys.cards}`)).exitCode).toBe(10);
    expect((await world.uko("carol", `continue ${keys.cards}`)).exitCode).toBe(11);
    await expectTwoPeople();
  });

  it("is approved for the requester with --store, and its own run deactivates", async () => {
    await request("carol", keys.cards);
    const { questions, out } = await world.type("bob", "approve cards --store", ["cards"]);
    expect(questions).toEqual(['Type the label of the key, "cards", to store your approval of the deactivation: ']);
    expect(out).toContain("1 key approved\n  Nothing was changed yet.");
    const asked = out.split("1 key approved")[0];
    expect(asked).toContain(
      'The next run of IBMid-550000CAROL ("Carol Example") takes the step, if this person has the role Key Custodian - Deployer.\n',
    );
    expect(asked).toContain(
      "If you have the role Key Custodian - Deployer yourself, approve without --store: the step is then taken now.\n",
    );
    expect((await world.uko("carol", `continue ${keys.cards}`)).exitCode).toBe(10);
    const { deletion } = reportOf(await world.uko("erin", `status ${keys.cards} --json`));
    expect([deletion.recordId, deletion.requestedBy]).toEqual([undefined, undefined]);
    await expectTwoPeople();
  });

  it("keeps its state if the approver lacks the role, and the message names --store", async () => {
    await request("carol", keys.cards);
    const { exitCode, out } = await world.type("bob", "approve cards", ["cards"]);
    expect(exitCode).toBe(13);
    expect(out).toContain("missing right hs-crypto.managed-keys.active-deactivate");
    expect(out).toMatch(/\n0 keys deactivated, 1 left\n {2}Next: .*\n {4}uko approve cards --store\n$/);
    expect(await stateOf(keys.cards)).toBe("pending_approval");
  });

  it.each([
    ["the caller requested it", "bob", "you requested this step yourself"],
    ["the caller is a service ID", "pipeline", "not a person"],
  ] as const)("is left out with the reason if %s", async (_title, who, why) => {
    await request("bob", keys.cards);
    const { exitCode, out } = await world.type(who, "approve cards", []);
    expect([exitCode, out]).toEqual([12, expect.stringContaining(why)]);
  });

  it("is left out if no step was requested", async () => {
    const { exitCode, out } = await world.type("alice", "approve cards", []);
    expect([exitCode, out]).toEqual([12, expect.stringMatching(/^You cannot approve 1 key now:\n/)]);
  });

  it("is not touched without a terminal, also by a run that names everything", async () => {
    await request("bob", keys.cards);
    const before = await writes();
    const { recordId } = reportOf(await world.uko("erin", `status ${keys.cards} --json`)).deletion;
    for (const command of [
      `approve ${keys.cards}`,
      `approve ${recordId}`,
      "approve",
      `approve ${keys.cards} --store`,
    ]) {
      const { exitCode, err } = await world.uko("alice", command, { UKO_CONSENT: recordId ?? "" });
      expect([exitCode, err], command).toEqual([
        1,
        expect.stringMatching(/^uko approve asks a person, and there is no/),
      ]);
    }
    expect((await world.uko("alice", `continue ${keys.cards}`, { UKO_CONSENT: recordId ?? "" })).exitCode).toBe(10);
    expect(await writes()).toEqual(before);
  });
});

describe("several keys", () => {
  it("are shown by requester and step, and each group has a phrase of its own", async () => {
    await request("bob", `${keys.cards} ${keys.vouchers}`);
    await request("carol", keys.payroll);
    const { exitCode, out, questions } = await world.type("alice", `approve cards vouchers ${keys.payroll}`, [
      "deactivate 2",
      "payroll",
    ]);
    expect(questions).toEqual([
      'Type the step and the number of keys, "deactivate 2", to deactivate: ',
      'Type the label of the key, "payroll", to deactivate: ',
    ]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/IBMid-550000BOB \("Bob Example"\) requested all of them\./);
    expect(out).toMatch(/\n {2}Keystores: aws_kms \(1\), ibm_cloud_kms \(1\)\.\n/);
    await expectTwoPeople();
  });

  it("are found by their labels with one list of each vault", async () => {
    await request("bob", `${keys.cards} ${keys.vouchers} ${keys.draft} ${inArchive}`);
    const before = (await world.trail()).length;
    await world.type("alice", "approve cards vouchers payments/draft archive/payroll", ["no"]);
    const calls = (await world.trail()).slice(before).map(({ operation }) => operation);
    // One list of the vaults finds the keys, and another one names the vaults of what is shown.
    expect(calls.filter((each) => each === "listManagedKeys" || each === "listVaults")).toEqual([
      "listVaults",
      "listManagedKeys",
      "listManagedKeys",
      "listVaults",
    ]);
  });

  it("are not touched further after a wrong phrase, which says that an earlier group was", async () => {
    await request("bob", `${keys.cards} ${keys.vouchers}`);
    await request("carol", keys.payroll);
    const { exitCode, err } = await world.type("alice", `approve cards vouchers ${keys.payroll}`, [
      "deactivate 2",
      "deactivate 1",
    ]);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("  Nothing more was changed.\n")]);
    expect([await stateOf(keys.cards), await stateOf(keys.payroll)]).toEqual(["cooling_down", "pending_approval"]);
  });

  it.each(["deactivate", "deactivate 3", "destroy 2", "Deactivate 2", "2", "cards", "store 2"])(
    "are not touched after the answer %j",
    async (typed) => {
      await request("bob", `${keys.cards} ${keys.vouchers}`);
      expect((await world.type("alice", "approve cards vouchers", [typed])).exitCode).toBe(1);
      expect(await stateOf(keys.cards)).toBe("pending_approval");
    },
  );

  it("exit with 12 if some cannot be approved, which stand apart with the reason", async () => {
    await request("bob", keys.cards);
    await request("alice", keys.vouchers);
    const { exitCode, out } = await world.type("alice", "approve cards vouchers", ["cards"]);
    expect([exitCode, out]).toEqual([12, expect.stringContaining("1 key deactivated")]);
    expect(out).toMatch(
      /\n\nYou cannot approve 1 key now:\n {2}vouchers: you requested this step yourself, so another person has to approve it\.\n\n1 key/,
    );
  });

  it("warn of keys in use and of descriptions, between the list and the question", async () => {
    const [, id = ""] = keys.vouchers.split("/");
    await world.control(`keys/${id}`, { record: { description: "Keep until the audit of 2027" } });
    await request("bob", `${keys.payroll} ${keys.vouchers}`);
    const { out } = await world.type("alice", `approve ${keys.payroll} vouchers`, ["deactivate 2"]);
    const [, list = ""] = out.split("\nLABEL ");
    const [, after = ""] = list.split("\n\n");
    expect(after).toMatch(
      /^ {2}1 in use, by resources that UKO knows: payroll \(by "bucket" \(cloud-object-storage\), /m,
    );
    expect(after).toContain('1 with a warning, in the description: vouchers ("Keep until the audit of 2027").');
  });

  it("come from a file, in which a line begins with a name and # begins a remark", async () => {
    await request("bob", `${keys.cards} ${keys.vouchers}`);
    const file = path.join(folder, "keys.txt");
    writeFileSync(file, `# the keys of the old bank\n\ncards  checked on Monday\n  ${keys.vouchers}\n`);
    expect((await world.type("alice", `approve --keys ${file}`, ["deactivate 2"])).exitCode).toBe(0);
    writeFileSync(file, "# nothing\n");
    expect((await world.type("alice", `approve --keys ${file}`, [])).err).toContain("names no key");
  });

  it.each([
    ["--vault archive", ["payroll"], [inArchive]],
    ["--requested-by IBMid-550000CAROL", ["payroll"], [inArchive]],
    ['--requested-by "bob example" --label c*', ["cards"], [keys.cards]],
    ["--label *ar?s", ["cards"], [keys.cards]],
    ["--template cards", ["cards"], [keys.cards]],
    ["--step destroy --vault payments", ["draft"], [keys.draft]],
    ["--state pre_activation", ["draft"], [keys.draft]],
  ] as const)("are chosen by %s", async (options, answers, chosen) => {
    await request("bob", `${keys.cards} ${keys.draft}`);
    await request("carol", inArchive);
    const who = options.includes("step") || options.includes("state") ? "carol" : "alice";
    expect(await world.type(who, `approve ${options}`, answers)).toMatchObject({ exitCode: 0 });
    const states = await Promise.all([keys.cards, keys.draft, inArchive].map(stateOf));
    const left = [keys.cards, keys.draft, inArchive].filter((_key, at) => states[at] === "pending_approval");
    expect([keys.cards, keys.draft, inArchive].filter((key) => !left.includes(key))).toEqual(chosen);
  });

  it("that were never active are destroyed and not removed, and the message names the role and the command for the rest", async () => {
    await request("bob", keys.draft);
    const { out } = await world.type("alice", "approve --state pre_activation", ["draft"]);
    expect(out.split("\n").slice(-5)).toEqual([
      "1 key destroyed",
      "  This cannot be undone.",
      "  Next: to remove the metadata, which the vault still holds, someone with the role Vault Administrator runs:",
      `    uko continue ${keys.draft}`,
      "",
    ]);
    expect(await stateOf(keys.draft)).toBe("destroyed");
  });

  it("are none if the options choose none", async () => {
    await request("bob", keys.cards);
    const { exitCode, out } = await world.type("alice", "approve --label x*", []);
    expect([exitCode, out]).toEqual([0, "No request of another person is waiting for your approval.\n"]);
  });
});

describe("without a key", () => {
  it("lists what can be approved by vault, step and requester, and takes the step on the keys that the person chooses", async () => {
    await request("bob", `${keys.vouchers} ${keys.cards}`);
    await request("carol", keys.draft);
    await request("alice", keys.payroll);
    const { exitCode, out, questions } = await world.type("alice", "approve", ["1", "deactivate 2"]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^ +APPROVE +REQUESTED BY +VAULT +KEYS\n1 {2}deactivate 2 keys .*cards, vouchers\n2 {2}destroy 1 key that was never active .*draft\n\n/,
    );
    expect(questions[0]).toBe("Show which of these? A number, or Enter for none: ");
    expect([await stateOf(keys.cards), await stateOf(keys.draft)]).toEqual(["cooling_down", "pending_approval"]);
  });

  it.each(["", "0", "3", "x", "1e0", "cards"])("changes nothing after the answer %j", async (answer) => {
    await request("bob", keys.cards);
    const { exitCode, out } = await world.type("alice", "approve", [answer]);
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/\n\nNothing was changed\.\n$/)]);
    expect(await stateOf(keys.cards)).toBe("pending_approval");
  });

  it("says so if nothing waits for the caller", async () => {
    await request("bob", keys.cards);
    const { exitCode, out } = await world.type("bob", "approve", []);
    expect([exitCode, out]).toEqual([0, "No request of another person is waiting for your approval.\n"]);
  });
});

describe("a KMS key", () => {
  it("is destroyed once its name is typed, by another person than the one who set it for deletion", async () => {
    const key = `kms/${await makeKmsKey(world, "backup")}`;
    expect((await world.type("bob", `approve ${key}`, [])).exitCode).toBe(12);
    await request("alice", key);
    for (const typed of ["", "y", "back"]) {
      expect((await world.type("bob", `approve ${key}`, [typed])).exitCode, typed).toBe(1);
    }
    expect((await world.type("bob", `approve ${key} --store`, [])).err).toContain("An approval of a KMS key cannot be");
    const { exitCode, questions, out } = await world.type("bob", `approve ${key}`, ["backup"]);
    expect(questions).toEqual(['Type the name of the key, "backup", to destroy it: ']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining("This run destroyed the key.")]);
    await expectTwoPeople();
  });
});

it("asks the requester for the label if the run cannot tell that they asked", async () => {
  await request("bob", keys.draft);
  await world.type("carol", "approve draft --store", ["draft"]);
  // A token from a log-in has no seal.
  const form = new URLSearchParams({
    grant_type: "urn:ibm:params:oauth:grant-type:apikey",
    apikey: apiKeys.bob,
  });
  const login = await fetch(`${world.url}/identity/token`, { method: "POST", body: form });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const other = { UKO_API_KEY: "", UKO_TOKEN: token };
  expect((await world.uko("bob", `continue ${keys.draft}`, other)).exitCode).toBe(10);
  const wrong = await world.type("bob", "continue draft", ["y", "drafts"], other);
  expect([wrong.exitCode, await stateOf(keys.draft)]).toEqual([10, "approved"]);
  const { questions } = await world.type("bob", `continue ${keys.draft}`, ["draft", "y", "n"], other);
  expect(questions[0]).toBe('Did you request this? Type the label of the key, "draft", to take the step: ');
  expect(await stateOf(keys.draft)).toBe("destroyed");
  await expectTwoPeople();
});
