import { describe, expect, it } from "vitest";
import { calls, type FidelityRow, unknowns } from "../../provider/emulator/store/fidelity.ts";
import { switchDefaults } from "../../provider/emulator/store/switches.ts";
import type { ProbeRow } from "../../provider/probe/row.ts";
import { probeRows } from "../../provider/probe/rows.ts";
import { fidelityMarkdown } from "../../sdk/make/docs/fidelity.ts";
import { read } from "../support/documents.ts";

const rows: readonly FidelityRow[] = [...calls, ...unknowns];

it("docs/fidelity.md matches the tables", async () => {
  await expect(fidelityMarkdown()).toMatchFileSnapshot("../../provider/docs/reference/fidelity.md");
});

describe("takes what was seen from recordings", () => {
  const [first, second] = probeRows;
  const line = (row: ProbeRow | undefined, verdict: string) =>
    JSON.stringify({ v: 1, kind: "probe", id: row?.id, answers: row?.answers, expects: row?.expects, verdict });
  const recording = (product: string, ...lines: readonly string[]) => {
    const header = {
      v: 1,
      kind: "recording",
      of: "probe",
      rows: "",
      product,
      apiVersion: "4.14.2",
      region: "eu-de",
      day: "2027-01-31",
    };
    return { file: "example-bank/one.jsonl", text: `${[JSON.stringify(header), ...lines].join("\n")}\n` };
  };
  const service = "Hyper Protect Crypto Services";

  it("says at the top that nothing was seen, as long as only the emulator was recorded", () => {
    const page = fidelityMarkdown([recording("emulator", line(first, "verified"))]);
    expect(page).toContain("**No behavior has been seen on a real instance yet.**");
    expect(page).toContain("0 are verified, 0 refuted");
  });

  it("counts what IBM's service showed, with day, version, region, sender and file", () => {
    const page = fidelityMarkdown([recording(service, line(first, "verified"), line(second, "not_tried"))]);
    expect(page).toContain("**1 of ");
    expect(page).toContain(
      "verified 2027-01-31, Hyper Protect Crypto Services, API 4.14.2, eu-de, sent by example-bank (`test/recordings/example-bank/one.jsonl`)",
    );
  });

  it("takes no recording of IBM's service without a folder that names its sender", () => {
    const { text } = recording(service, line(first, "verified"));
    expect(() => fidelityMarkdown([{ file: "one.jsonl", text }])).toThrow("names its sender");
  });

  it("counts no line of a probe that asked something else", () => {
    const old = line(first, "verified").replace("passcode endpoint", "other endpoint");
    expect(fidelityMarkdown([recording(service, old)])).toContain("0 are verified, 0 refuted");
  });

  it("calls a row refuted if one probe of it is, and names its switch", () => {
    const hrefs = probeRows.find(({ answers }) => answers === "U32");
    const page = fidelityMarkdown([recording(service, line(hrefs, "verified"), line(hrefs, "refuted"))]);
    expect(page).toContain("0 are verified, 1 refuted");
    expect(page).toMatch(/\| U32 \|.*refuted 2027-01-31.*; switch `hrefs` \|/);
  });
});

it("every row has its own ID, and a section of the contract as its source", () => {
  const ids = rows.map(([id]) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(rows.filter(([, , , , source]) => !isInContract(source))).toEqual([]);
  expect(isInContract("uko-v4.md 99")).toBe(false);
});

it("every switch has a row, but the one about the emulator's own audit trail", () => {
  const named = rows.flatMap(([, , , , , choice]) => choice ?? []);
  expect([...named, "auditEntries"].toSorted()).toEqual(Object.keys(switchDefaults).toSorted());
});

/** Whether the first section that is named is there; `0.7` is the seventh fact of section 0. */
function isInContract(source: string): boolean {
  const [, file, section] = /^((?:uko-v4|kms-v2-and-iam)\.md) (0|\d+(?:\.\d+)?)/.exec(source) ?? [];
  if (file === undefined) return false;
  const headings = read(`provider/docs/contract/${file}`).matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm);
  return Array.from(headings, ([, number]) => number).includes(section);
}
