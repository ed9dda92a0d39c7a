/** The command line on an instance of Key Protect: names and choices of keys, what lists and plans say, and the way back. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { demoInstanceId, keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import { useCliStage } from "./cli-stage.ts";
import { expectForm } from "./json-form.ts";

const idOf = (digit: number) => `9b2d0000-0000-4000-8000-00000000000${digit}`;
const orders = `kms/${idOf(3)}`;
const backup = `kms/${idOf(4)}`;
const bucket = "crn:v1:bluemix:public:cloud-object-storage:global:a/emulated-account:b:bucket:invoices";
const { world, folder } = useCliStage({
  profile: "key-protect",
  seed: {
    ...keyProtectWorld,
    keyRings: ["shop"],
    kmsKeys: [
      { id: idOf(3), name: "orders", dualAuthDelete: true, aliases: ["orders-alias"], ring: "shop" },
      { id: idOf(4), name: "backup" },
      { id: idOf(5), name: "orders-2019", dualAuthDelete: true },
      { id: idOf(6), name: "orders-2019", dualAuthDelete: true },
      { id: idOf(7), name: "invoices", dualAuthDelete: true, resources: [{ crn: bucket }] },
    ],
    clock: { start: "2026-11-24T14:22:00Z", frozen: true },
  },
});
const shown = async (command: string) => {
  const { exitCode, out, err } = await world.uko("bob", command);
  return { exitCode, text: out + err };
};
const steps = async () =>
  (await world.trail()).flatMap(({ effect, operation }) => (effect && operation !== "token" ? [operation] : []));

describe("a key without dual authorization", () => {
  const command = `ibmcloud kp key policy-update dual-auth-delete ${idOf(4)} --instance-id ${demoInstanceId} --enable`;

  it.each([`status ${backup}`, `plan ${backup}`, `request ${backup}`])(
    "uko %s says how to turn it on",
    async (command_) => {
      const { text } = await shown(command_);
      expect(text).toContain("KMS dual authorization is off");
      expect(text).toContain(command);
      expect(text).toContain("KMS never turns it off again");
      expect(text).toContain("a program that requires one");
      expect(text).not.toContain("pulumi up");
      expect(await steps()).toEqual([]);
    },
  );

  it("is not asked about before the refusal", async () => {
    const { questions, exitCode } = await world.type("alice", `request ${backup}`, []);
    expect([questions, exitCode]).toEqual([[], 12]);
  });
});

describe("uko ls", () => {
  it("shows ring, aliases, the end of the window, and until when a key can be restored", async () => {
    const line = async (name: string) => (await shown("ls")).text.split("\n").find((each) => each.startsWith(name));
    expect(await line("orders ")).toMatch(/active +root +shop +orders-alias +on for good/);
    await world.uko("alice", `request ${orders}`);
    expect(await line("orders ")).toContain("active, set for deletion until 1 Dec 2026 14:22 UTC");
    await world.type("bob", `approve ${orders}`);
    expect(await line("orders ")).toContain("destroyed, restorable until 24 Dec 2026 14:22 UTC");
    const { out } = await world.uko("bob", "ls --json");
    expectForm("listing", out);
    await world.advance("31d");
    expect(await line("orders ")).not.toContain("restorable");
  });

  it("finds a key by a part of an alias", async () => {
    const { text } = await shown("ls --name RS-ALI");
    expect(text.match(/kms\/\S+/g)).toEqual([orders]);
  });
});

describe("names and choices", () => {
  it.each(["orders", "orders-alias", "kms/orders", "kms/orders-alias", "KMS/orders"])("%s is the key", async (name) => {
    expect((await shown(`status ${name}`)).text).toContain('KMS key "orders"');
  });

  it("a name of two keys names neither", async () => {
    const { exitCode, text } = await shown("status orders-2019");
    expect([exitCode, text]).toEqual([1, expect.stringContaining(`kms/${idOf(5)}`)]);
    expect(text).toContain("ambiguous");
  });

  it("status and plan choose keys by label and by a file", async () => {
    const file = path.join(folder, "keys.txt");
    writeFileSync(file, `${backup}  backup\norders-alias\n`);
    for (const command of ["status", "plan"]) {
      const byLabel = (await shown(`${command} --label orders*`)).text;
      expect(byLabel.match(/KMS key "orders(-2019)?"/g)).toHaveLength(3);
      expect((await shown(`${command} --keys ${file}`)).text).toMatch(/KMS key "backup"[\s\S]*KMS key "orders"/);
    }
  });

  it("two people delete the keys of a choice", async () => {
    const { questions } = await world.type("alice", "request --label orders-2019");
    expect(questions).toEqual([expect.stringContaining('"destroy 2"')]);
    const approved = await world.type("bob", "approve --label orders*");
    expect(approved.questions).toEqual([expect.stringContaining('"destroy 2"')]);
    expect((await shown("ls --name orders-2019")).text.match(/destroyed/g)).toHaveLength(2);
    expect((await world.verdict()).violations).toEqual([]);
  });

  it("a script names no key by its name", async () => {
    const { exitCode, err } = await world.pipe("alice", "withdraw kms/orders");
    expect([exitCode, err]).toEqual([1, expect.stringContaining("is not the full ID of a key")]);
  });

  it("an option that chooses nothing in Key Protect is refused", async () => {
    const { exitCode, err } = await world.type("bob", "approve --template payroll", []);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("--template does not choose keys of Key Protect")]);
  });

  it("a reason for a key that was chosen by name is refused", async () => {
    const { exitCode, err } = await world.type("alice", 'request orders --reason "no longer used"');
    expect([exitCode, err]).toEqual([1, expect.stringContaining("KMS does not store a reason")]);
    expect(await steps()).toEqual([]);
  });

  it("uko approve without a key names the keys that wait", async () => {
    expect((await world.type("bob", "approve", [])).out).toContain("No request of another person is waiting");
    await world.uko("alice", `request ${orders}`);
    const { out } = await world.type("bob", "approve", []);
    // zsh takes no comment at its prompt, so a name next to a command could be a command itself.
    expect(out).toContain(`  "orders":\n    uko approve ${orders}\n`);
    expect(out).not.toContain("No request");
  });

  it("a key that is named twice is counted once", async () => {
    const { questions } = await world.type("alice", "request orders orders-alias");
    expect(questions).toEqual([expect.stringContaining('"orders"')]);
    const approved = await world.type("bob", `approve orders orders-alias ${orders}`);
    expect(approved.questions).toEqual([expect.stringContaining('"orders"')]);
  });
});

it("uko status names the resources that use the key", async () => {
  const { text } = await shown(`status kms/${idOf(7)}`);
  expect(text).toContain("A deletion would be stopped: 1 cloud resource still needs");
  expect(text).toContain(bucket);
  expect(JSON.parse((await shown(`status kms/${idOf(7)} --json`)).text)).toMatchObject({ usedBy: [bucket] });
});

it("uko plan shows the steps, the roles and the point of no return, and changes nothing", async () => {
  const { exitCode, text } = await shown(`plan ${orders}`);
  expect(exitCode).toBe(0);
  expect(text).toContain("can be destroyed by two people now");
  expect(text).toMatch(/1\. .*uko request kms\/.*\n.*2\. By 1 Dec 2026 14:22 UTC, in 7 d, another person/);
  expect(text).toContain("Point of no return: 30 days after the destruction, at the earliest on 24 Dec 2026 14:22 UTC");
  expect(await steps()).toEqual([]);
});

describe("uko reactivate", () => {
  const destroyed = async () => {
    await world.uko("alice", `request ${orders}`);
    await world.type("bob", `approve ${orders}`);
  };

  it("restores a destroyed key within 30 days, and evidence has it", async () => {
    await destroyed();
    const { exitCode: early, err: why } = await world.uko("bob", `reactivate ${orders}`);
    expect([early, why]).toEqual([12, expect.stringContaining(`run\n    uko reactivate ${orders}`)]);
    await world.advance("1m");
    expect((await shown(`status ${orders}`)).text).toContain(`can restore the key with uko reactivate ${orders}`);
    const { exitCode, out, err } = await world.uko("bob", `reactivate ${orders}`);
    expect([exitCode, out + err]).toEqual([0, expect.stringContaining('KMS key "orders" is restored')]);
    expect((await shown(`status ${orders}`)).text).toContain("is not set for deletion");
    expect((await shown("audit kms/orders")).text).toMatch(/restore +kms key orders +destroyed +active/);
    expect((await world.verdict()).violations).toEqual([]);
  });

  it("says when it is too late", async () => {
    await destroyed();
    await world.advance("31d");
    const { exitCode, err } = await world.uko("bob", `reactivate ${orders}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("KMS could restore it until 24 Dec 2026 14:22 UTC")]);
  });

  it("requires a Manager", async () => {
    await destroyed();
    const { exitCode, err } = await world.uko("alice", `reactivate ${orders}`);
    expect([exitCode, err]).toEqual([13, expect.stringContaining("requires the role KMS Manager")]);
  });

  it("closes the window of a key that is not destroyed", async () => {
    await world.uko("alice", `request ${orders}`);
    expect((await world.uko("alice", `reactivate ${orders}`)).out).toContain("is not set for deletion");
    expect((await world.type("bob", `approve ${orders}`, [])).exitCode).toBe(12);
  });
});
