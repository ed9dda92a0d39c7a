/** Destructions on machines that demand signatures: what two people do, and what no longer counts. */

import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { makeSshKey, signerLine, type TestSshKey, writeSigningFolder } from "../support/ssh-keys.ts";
import { useFolder } from "../support/use-folder.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, makeKmsKey, type Person, reportOf } from "./harness.ts";

const root = useFolder({ isKept: true });
const iamIds = { alice: "IBMid-550000ALICE", bob: "IBMid-550000BOB", carol: "IBMid-550000CAROL" } as const;
const sshKeys = {
  alice: makeSshKey("sk-ssh-ed25519@openssh.com"),
  bob: makeSshKey("sk-ecdsa-sha2-nistp256@openssh.com"),
  carol: makeSshKey("sk-ssh-ed25519@openssh.com"),
};
type Signer = keyof typeof sshKeys;
const folderOf = (who: Person): string => path.join(root, who);

/** The people whose machine demands signatures. */
let demanding: readonly Person[] = [];
const demand = (people: readonly Person[]): void => {
  demanding = people;
};
const system = path.join(root, "system");
const places = (who: Person) => ({
  demands: () => (demanding.includes(who) ? [system] : []),
  own: () => folderOf(who),
});

const { world } = useCliStage({ signingOf: places });
beforeAll(() => {
  for (const [who, key] of Object.entries(sshKeys)) writeSigningFolder(folderOf(who as Person), key);
});
beforeEach(() => {
  demand(["alice", "bob", "carol", "erin"]);
  list(Object.keys(sshKeys) as Signer[]);
});

function list(people: readonly Signer[], key: (who: Signer) => TestSshKey = (who) => sshKeys[who]): void {
  mkdirSync(system, { recursive: true });
  const lines = people.map((who) => signerLine(iamIds[who], key(who)));
  writeFileSync(path.join(system, "allowed_signers"), `${lines.join("\n")}\n`);
}

const deactivated = async (): Promise<void> => {
  await world.uko("bob", `request ${keys.cards} ${keys.vouchers} --reason "Cards moved"`);
  await world.advance("1m");
  expect((await world.type("alice", "approve --label * --vault payments", ["deactivate 2"])).exitCode).toBe(0);
  await world.advance("5h");
};

const destructions = () => world.effects("destroyManagedKey");

/** Another machine, which has no evidence, checks the signatures on the destroyed key. */
const expectKnownApproval = async (): Promise<void> => {
  const { out } = await world.uko("alice", `status ${keys.cards}`, { UKO_EVIDENCE: path.join(root, "other.jsonl") });
  expect(out).toContain("is destroyed");
  expect(out).not.toContain("No approval of the");
};

const pem = path.join(root, "erin.pem");
/** The key that signs Erin's certificates. */
const makeSigner = (): string => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(path.join(root, "erin.key"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(pem, publicKey.export({ type: "spki", format: "pem" }));
  return pem;
};

describe("two people who sign", () => {
  it("deactivate without a signature, and destroy two keys with one signature each", async () => {
    await deactivated();
    const request = `request ${keys.cards} ${keys.vouchers} --reason "Keep no copy"`;
    const requested = await world.type("bob", request, ["destroy 2"]);
    expect(requested.exitCode, requested.out + requested.err).toBe(0);
    expect(requested.err).toContain("Signing 2 consents with your SSH key. Touch it if it blinks.");
    await world.advance("1m");
    const approved = await world.type("carol", "approve --vault payments", ["destroy 2"]);
    expect(approved.out).toMatch(
      /\nSignatures are demanded by \S+allowed_signers \(SHA-256 [0-9a-f]{64}\): IBMid-550000CAROL \(1 key\), IBMid-550000BOB \(1 key\)\.\n/,
    );
    expect(approved.out).toContain("Keep no copy");
    expect([approved.exitCode, await destructions()]).toEqual([0, 2]);
    await expectKnownApproval();
    expect(explainVerdict(await world.verdict())).toBe("");
  });

  it("use a stored approval", async () => {
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    expect((await world.type("carol", "approve cards", ["cards"])).exitCode).toBe(0);
    expect((await world.type("carol", `request ${keys.cards}`, ["cards"])).exitCode).toBe(0);
    await world.advance("5h");
    expect((await world.type("bob", "approve cards --store", ["cards"])).exitCode).toBe(0);
    expect(await destructions()).toBe(0);
    await world.advance("1m");
    const ended = await world.uko("carol", `continue ${keys.cards} --json`);
    expect([await destructions(), reportOf(ended).taken]).toEqual([1, ["destroy"]]);
    await expectKnownApproval();
  });
});

it("a request to destroy stays off a service that keeps no tags, because a description has no room for a signature", async () => {
  await world.reset({ tags: "dropped" });
  await deactivated();
  const { exitCode, out } = await world.type("bob", `request ${keys.cards}`, ["cards"]);
  expect([exitCode, out]).toEqual([12, expect.stringContaining("a description has no room for a signature")]);
  expect(reportOf(await world.uko("bob", `status ${keys.cards} --json`)).deletion.requestedBy).toBeUndefined();
});

describe("a certificate of a signed destruction", () => {
  const evidence = path.join(root, "evidence.jsonl");
  const signers = path.join(root, "auditors");
  const verify = async (options: string): Promise<string> => {
    const { exitCode, out, err } = await world.uko(
      "erin",
      `certificate verify ${root}/c.json --trust ${pem} --allow-emulator ${options}`,
    );
    return exitCode === 0 ? out : err;
  };
  const listFor = (people: readonly Signer[], key: (who: Signer) => TestSshKey = (who) => sshKeys[who]): string => {
    writeFileSync(signers, people.map((who) => `${signerLine(iamIds[who], key(who))}\n`).join(""));
    return `--allowed-signers ${signers}`;
  };

  it("says which acts their own people signed, by the list that the verifier passes", async () => {
    rmSync(evidence, { force: true });
    const into = { UKO_EVIDENCE: evidence };
    await world.uko("bob", `request ${keys.cards}`, into);
    await world.advance("1m");
    await world.type("alice", "approve cards", ["cards"], into);
    await world.advance("5h");
    await world.uko("bob", `request ${keys.cards}`, into);
    await world.advance("1m");
    await world.type("carol", "approve cards", ["cards"], into);
    makeSigner();
    const created = await world.uko(
      "erin",
      `certificate create --evidence ${evidence} --sign-key ${root}/erin.key --out ${root}/c.json --force`,
    );
    expect(created.exitCode).toBe(0);

    expect(await verify("")).toContain("only stated  destroy: requested by");
    const both = await verify(`--signed ${listFor(["bob", "carol"])}`);
    expect(both).toContain("Signatures: 2 of 2 requests and approvals of a destruction are signed by their own person");
    expect(both).toMatch(/ signed {7}destroy: requested by IBMid-550000BOB/);
    expect(both).toMatch(/ signed {7}destroy: approved and executed by IBMid-550000CAROL/);
    expect(both).toMatch(/ only stated {2}deactivate: requested by IBMid-550000BOB/);

    const approver = await verify(`--signed ${listFor(["bob"])}`);
    expect(approver).toContain("Who approved the destruction of key");
    expect(await verify(`--signed ${listFor(["bob", "carol"], () => sshKeys.alice)}`)).toContain("is already that of");
    const swapped = listFor(["bob", "carol"], (who) => sshKeys[who === "bob" ? "carol" : "bob"]);
    expect(await verify(`--signed ${swapped}`)).toContain("Who requested and approved the destruction of key");
    expect(await verify("--signed")).toContain("--signed needs --allowed-signers");
  });
});

describe("what does not count for a destruction", () => {
  it.each([
    ["a request that was made where no signature is demanded", async () => demand(["alice", "carol"])],
    ["a request by a key that is not listed for its author", async () => list(["alice", "carol"])],
  ])("%s", async (_title, prepare) => {
    await deactivated();
    await prepare();
    await world.uko("bob", `request ${keys.cards}`);
    demand(["alice", "carol", "bob"]);
    await world.advance("1m");
    const { out } = await world.type("carol", "approve cards", []);
    expect(out).not.toContain("You approve as");
    expect(await destructions()).toBe(0);
  });

  it("a request whose author's line was taken out of the list", async () => {
    await deactivated();
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    list(["carol"]);
    const { out } = await world.type("carol", "approve cards", []);
    expect(out).toContain("The request of IBMid-550000BOB");
    expect(out).toContain("does not count: it is not signed as");
    expect(await destructions()).toBe(0);
  });

  it("an approval without a key, or with a key that is listed for another person", async () => {
    await deactivated();
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    list(["bob"]);
    const unlisted = await world.type("carol", "approve cards", ["cards"]);
    expect([unlisted.exitCode, unlisted.err]).toEqual([
      12,
      expect.stringContaining("the key that signed is not listed for IBMid-550000CAROL"),
    ]);
    list(["bob", "carol"], (who) => (who === "carol" ? sshKeys.alice : sshKeys[who]));
    expect((await world.type("carol", "approve cards", ["cards"])).exitCode).toBe(12);
    rmSync(path.join(folderOf("carol"), "signing_key"));
    const keyless = await world.type("carol", "approve cards", ["cards"]);
    expect(keyless.err).toContain("signing_key does not exist");
    expect(keyless.err).toContain("  ln -s ~/.ssh/id_ed25519_sk ");
    writeSigningFolder(folderOf("carol"), sshKeys.carol);
    expect(await destructions()).toBe(0);
  });

  it("anything, while the file cannot be used", async () => {
    await deactivated();
    await world.uko("bob", `request ${keys.cards}`);
    await world.advance("1m");
    writeFileSync(path.join(system, "allowed_signers"), "IBMid-550000BOB ssh-rsa AAAA\n");
    const { out } = await world.type("carol", "approve cards", []);
    expect(out).toContain("which cannot be used (Line 1: the type of the key must be one of");
    expect(await destructions()).toBe(0);
  });
});

describe("a KMS key, whose signed request travels in a file", () => {
  const file = path.join(root, "requests.jsonl");
  const kmsState = async (): Promise<string | undefined> =>
    reportOf(await world.uko("bob", `status ${key} --json`)).lifecycleState;
  const edit = (change: (line: Record<string, string> & { signature: string }) => object): void => {
    const [header, line = ""] = readFileSync(file, "utf8").trimEnd().split("\n");
    writeFileSync(file, `${header}\n${JSON.stringify(change(JSON.parse(line)))}\n`);
  };
  let key = "";
  beforeEach(async () => {
    rmSync(file, { force: true });
    key = `kms/${await makeKmsKey(world, "backup")}`;
  });
  const request = async () => {
    const requested = await world.type("alice", `request ${key} --out ${file}`);
    expect([requested.exitCode, requested.err]).toEqual([0, expect.stringContaining("Signing 1 consent")]);
  };

  it("is destroyed by two people who sign, and a certificate says so", async () => {
    const into = { UKO_EVIDENCE: path.join(root, "kms.jsonl") };
    expect(await world.uko("alice", `request ${key}`, into)).toMatchObject({
      exitCode: 12,
      err: expect.stringContaining("add --out requests.jsonl"),
    });
    const requested = await world.type("alice", `request ${key} --out ${file}`, undefined, into);
    expect(requested.out).toContain(`Give ${file} to the second person, who runs:\n  uko approve --request ${file}\n`);
    expect((await world.type("bob", `approve ${key}`, [], into)).out).toContain("uko approve --request requests.jsonl");
    const approved = await world.type("bob", `approve --request ${file}`, ["backup"], into);
    expect(approved.out).toContain("IBMid-550000ALICE requested the deletion, and signed the request.");
    expect([approved.exitCode, await kmsState()]).toEqual([0, "destroyed"]);
    const signers = path.join(root, "kms-auditors");
    writeFileSync(
      signers,
      (["alice", "bob"] as const).map((who) => `${signerLine(iamIds[who], sshKeys[who])}\n`).join(""),
    );
    makeSigner();
    await world.uko(
      "erin",
      `certificate create --evidence ${into.UKO_EVIDENCE} --sign-key ${root}/erin.key --out ${root}/k.json --force`,
    );
    const verified = await world.uko(
      "erin",
      `certificate verify ${root}/k.json --trust ${pem} --allow-emulator --signed --allowed-signers ${signers}`,
    );
    expect(verified.err).toBe("");
    expect(verified.out).toContain(
      "Signatures: 2 of 2 requests and approvals of a destruction are signed by their own person",
    );
    expect(explainVerdict(await world.verdict())).toBe("");
  });

  it("stays active if the requester has no key: the window is closed again, and no file is left", async () => {
    list(["bob"]);
    const refused = await world.type("alice", `request ${key} --out ${file}`);
    expect(refused.err).toContain("the key that signed is not listed for IBMid-550000ALICE");
    expect([refused.exitCode, existsSync(file), await kmsState()]).toEqual([12, false, "active"]);
  });

  it.each<[string, () => unknown]>([
    ["another person's name", () => edit((line) => ({ ...line, author: iamIds.carol }))],
    ["another signature", () => edit((line) => ({ ...line, signature: line.signature.replace(/.{8}$/, "AAAAAAAA") }))],
    ["an author whose line was taken out of the list", () => list(["bob"])],
    [
      "a window that was closed and opened again",
      async () => {
        await world.uko("alice", `withdraw ${key}`);
        await world.advance("1m");
        await world.type("alice", `request ${key} --out ${file}.new`);
        rmSync(`${file}.new`);
      },
    ],
  ])("stays if its file has %s", async (_title, change) => {
    await request();
    await change();
    const { exitCode, out, questions } = await world.type("bob", `approve --request ${file}`, []);
    expect([exitCode, questions]).toEqual([12, []]);
    expect(out).toContain('KMS key "backup" is not destroyed without the signatures of two people');
    expect(await kmsState()).toBe("pending_approval");
  });

  it("stays if the requester approves, or the file is for another instance", async () => {
    await request();
    expect((await world.type("alice", `approve --request ${file}`, [])).out).toContain(
      "a person who did not set the key for deletion",
    );
    writeFileSync(file, readFileSync(file, "utf8").replace(/"instanceId":"..../, '"instanceId":"0000'));
    const foreign = await world.type("bob", `approve --request ${file}`, []);
    expect(foreign.err).toContain("is not a file of signed requests for this instance");
    expect(await kmsState()).toBe("pending_approval");
  });
});
