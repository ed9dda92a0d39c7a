import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { campaignFile, parseCampaign } from "../../../provider/campaign/files/campaign-file.ts";
import { manifestLine } from "../../../provider/campaign/files/manifest.ts";
import { blocksIn } from "../../support/documents.ts";

/** The published schema of each file that a campaign consists of, by its name in provider/docs/reference/schemas. */
const schemas = {
  "campaign.yaml": campaignFile,
  "manifest.jsonl": manifestLine,
} as const;

test.each(Object.entries(schemas))("the published schema of %s is the form that uko reads", async (name, form) => {
  const schema = z.toJSONSchema(form, { io: "input" });
  const text = `${JSON.stringify({ title: `uko campaign: ${name}`, ...schema }, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`../../../provider/docs/reference/schemas/${name}.schema.json`);
});

test("the published schema accepts what uko writes and what the guide shows, and refuses another field", () => {
  const schema = JSON.parse(
    readFileSync(
      new URL("../../../provider/docs/reference/schemas/campaign.yaml.schema.json", import.meta.url),
      "utf8",
    ),
  ) as object;
  const accepts = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  const transcript = readFileSync(new URL("../../cli/transcripts/campaign.txt", import.meta.url), "utf8");
  const [, written = ""] = /\$ cat campaign\.yaml\n([\s\S]*?\nblackouts: \[\]\n)/.exec(transcript) ?? [];
  const guide = blocksIn("provider/docs/how-to/campaigns.md", "yaml").filter((block) => block.startsWith("format:"));
  expect(guide).toHaveLength(1);
  for (const text of [written, ...guide]) {
    expect(accepts(parse(text, { schema: "core" })), JSON.stringify(accepts.errors)).toBe(true);
    expect(parseCampaign(text)).toMatchObject({ format: "uko-campaign-1" });
  }
  expect(accepts({ ...parse(written), endpoint: "https://example.com" })).toBe(false);
});
