/** Pipes that never end, and links that lead elsewhere, under the names of files that uko reads and writes. */

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { withFilesOf } from "../../provider/cli/files.ts";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import { createCampaignFolder } from "../../provider/services/campaign-folder.ts";
import { createEvidenceFile } from "../../provider/services/evidence-file.ts";
import { readEvidenceFile } from "../../provider/services/evidence-lines.ts";
import { readSecretFile } from "../../provider/services/secret-file.ts";
import { readTrust } from "../../provider/services/signing/trusted-keys.ts";
import { startCliWorld } from "../cli/harness.ts";
import { useFolder } from "../support/use-folder.ts";

const folder = useFolder();
const at = (name: string): string => path.join(folder, name);
function pipe(name: string): string {
  execFileSync("mkfifo", ["-m", "600", at(name)]);
  return at(name);
}

const entry: EvidenceEntry = {
  ...{ v: 1, time: "2026-11-24T14:22:00Z", instanceId: "i", vaultId: "v", keyId: "k", label: "payroll" },
  ...{ step: "destroy", phase: "before", from: "deactivated", to: "destroyed" },
  actor: { iamId: "IBMid-A", name: "Alice Example" },
  keystores: [],
};

const notRegular = /not a regular file/;

describe("a pipe is refused at once, as", () => {
  it.each([
    ["campaign.yaml", (name: string) => createCampaignFolder(folder).read(path.basename(name), 1_000)],
    ["UKO_API_KEY_FILE", async (name: string) => readSecretFile(name, "UKO_API_KEY_FILE")],
    ["a trust file", (name: string) => readTrust([name])],
    ["evidence", async (name: string) => readEvidenceFile(name, () => {})],
    ["the evidence to append to", (name: string) => createEvidenceFile({ path: name }).append(entry)],
  ])("%s", async (_, read) => {
    const error = await read(pipe("file")).then(String, (thrown: Error) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(notRegular) });
  });

  it.each(["audit --file", "certificate show"])("the file of uko %s", async (command) => {
    const world = await startCliWorld();
    const { exitCode, err } = await world.uko("bob", `${command} ${pipe("file")}`);
    await world.close();
    expect([exitCode, err]).toEqual([1, expect.stringMatching(notRegular)]);
  });

  it.each(["evidence.jsonl.lock", "evidence.jsonl.head"])("%s, next to the evidence", async (name) => {
    pipe(name);
    await expect(createEvidenceFile({ path: at("evidence.jsonl") }).append(entry)).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      detail: expect.stringMatching(notRegular),
    });
  });
});

describe("a link is not followed", () => {
  it("that stands for the lock and leads nowhere: the run does not wait for its holder", {
    timeout: 4_000,
  }, async () => {
    symlinkSync(at("nowhere"), at("evidence.jsonl.lock"));
    await expect(createEvidenceFile({ path: at("evidence.jsonl") }).append(entry)).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      detail: expect.stringContaining("symbolic link"),
    });
  });

  it.each(["manifest", "requests", "evidence"])("that stands for the folder %s of a campaign", async (name) => {
    mkdirSync(at("elsewhere"));
    writeFileSync(at("elsewhere/file"), "text");
    mkdirSync(at("campaign"));
    symlinkSync(at("elsewhere"), at(`campaign/${name}`));
    const campaign = createCampaignFolder(at("campaign"));
    for (const use of [
      () => campaign.list(name),
      () => campaign.read(`${name}/file`, 1_000),
      () => campaign.write(`${name}/file`, "other"),
      () => campaign.append(`${name}/file`, "other"),
      () => campaign.makeFolder(name),
    ]) {
      await expect(use()).rejects.toMatchObject({ detail: expect.stringContaining("symbolic link") });
    }
  });

  it("that lies among the files of a folder of evidence", () => {
    mkdirSync(at("evidence"));
    writeFileSync(at("other.jsonl"), "");
    symlinkSync(at("other.jsonl"), at("evidence/a.jsonl"));
    expect(() => withFilesOf([at("evidence")])).toThrow(
      expect.objectContaining({ detail: expect.stringMatching(notRegular) }),
    );
  });
});
