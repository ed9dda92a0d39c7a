import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { linesOf } from "../../provider/campaign/files/file-forms.ts";
import { createCampaignFolder } from "../../provider/services/campaign-folder.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-folder-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a file of a campaign folder", () => {
  const read = (text: string, maxBytes: number) => {
    writeFileSync(path.join(folder, "file"), text);
    return createCampaignFolder(folder).read("file", maxBytes);
  };

  it("is read in parts that cut no character", async () => {
    const text = `x${"é€😀".repeat(40_000)}`;
    expect(await read(text, 1_048_576)).toBe(text);
  });

  it("is refused above the limit, which is in bytes", async () => {
    expect(await read("é".repeat(50_000), 100_000)).toHaveLength(50_000);
    await expect(read("é".repeat(50_001), 100_000)).rejects.toMatchObject({
      code: "UKO_INPUT_INVALID",
      cause: { message: "It is larger than 100000 bytes" },
    });
  });

  it("is absent if it does not exist", async () => {
    expect(await createCampaignFolder(folder).read("other", 1)).toBeUndefined();
  });

  it("is read line by line, also across its parts", () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `${n}${"é".repeat(n % 90)}`);
    writeFileSync(path.join(folder, "file"), lines.join("\n"));
    const parts = (maxBytes: number) => createCampaignFolder(folder).parts("file", maxBytes);
    expect([...linesOf(parts(1_048_576))]).toEqual(lines);
    expect(() => [...parts(100_000)]).toThrow("could not be read");
  });
});
