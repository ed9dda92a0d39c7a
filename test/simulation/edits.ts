/**
 * What Mallory writes to files that are data to uko: the engine's state, the evidence and the campaign's folder. Each edit says
 * more than is true, or takes away what was said; none may let a step through, and none may end a run without a message.
 */

import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Engine } from "./engine.ts";

export const edits = ["state", "evidence", "rules", "manifest", "signoff"] as const;
export type Edit = (typeof edits)[number];

export interface Files {
  readonly engine: Engine;
  /** Folders with evidence: the homes of the people, and the campaign's. */
  readonly folders: readonly string[];
  /** The campaign's own folder, if there is one. */
  readonly campaign: string | undefined;
}

export function editFiles(edit: Edit, keyId: string, { engine, folders, campaign }: Files): void {
  if (edit === "state") {
    const loosened = { dualAuthorization: "single", deletionProtection: false, dualMarker: "single" };
    engine.edit({ ...loosened, deletionAwaits: "requester", lifecycleState: "approved", keyId });
  } else if (edit === "evidence") {
    for (const file of folders.flatMap(evidenceIn)) {
      const [line = ""] = readFileSync(file, "utf8").split("\n");
      // An act that was never taken, and a line that a full disk tore.
      const forged = line
        .replaceAll(/"phase":"\w+"/g, '"phase":"after"')
        .replaceAll(/"keyId":"[\w-]+"/g, `"keyId":"${keyId}"`);
      appendFileSync(file, `${forged}\n${line.slice(0, line.length / 2)}`);
    }
  } else if (campaign !== undefined) {
    editCampaign(edit, campaign);
  }
}

function editCampaign(edit: "rules" | "manifest" | "signoff", folder: string): void {
  const file = path.join(folder, edit === "rules" ? "campaign.yaml" : "manifest.jsonl");
  if (!existsSync(file)) return;
  if (edit === "signoff") rmSync(path.join(folder, "signoffs"), { recursive: true, force: true });
  else if (edit === "rules")
    writeFileSync(file, readFileSync(file, "utf8").replace("name: pilot", "name: pilot\n    soak: 0d"));
  else
    writeFileSync(
      file,
      readFileSync(file, "utf8").replaceAll('"class":"leave"', '"class":"destroy"').replace("30d", "0d"),
    );
}

function evidenceIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((each) => path.join(each.parentPath, each.name))
    .filter((name) => /evidence[-/][^/]*\.jsonl$/.test(name));
}
