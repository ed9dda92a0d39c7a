import { expect, test } from "vitest";
import type { TextOutput } from "../../provider/cli/cli-world.ts";
import { paint, renderTable, type Table } from "../../provider/cli/table.ts";

const output = (over: Partial<TextOutput> = {}): TextOutput => ({ write: () => {}, ...over });
const esc = String.fromCharCode(0x1b);
const wideName = "\u6c7a\u6e08\u9375";

const table: Table = {
  columns: [{ head: "ID" }, { head: "LABEL", minWidth: 6 }, { head: "STATE" }],
  rows: [
    ["k-1", "payroll of 2026", { text: "active", tone: "done" }],
    ["k-22", wideName, ""],
  ],
};

test.each<[string, TextOutput, readonly string[]]>([
  [
    "no terminal: every character, however wide",
    output(),
    ["ID    LABEL            STATE", "k-1   payroll of 2026  active", `k-22  ${wideName}`],
  ],
  [
    "a wide terminal",
    output({ columns: 29 }),
    ["ID    LABEL            STATE", "k-1   payroll of 2026  active", `k-22  ${wideName}`],
  ],
  [
    "a narrow terminal: a column that may be cut is cut",
    output({ columns: 22 }),
    ["ID    LABEL     STATE", "k-1   payroll\u2026  active", `k-22  ${wideName}`],
  ],
  [
    "a cut within a wide character",
    output({ columns: 20 }),
    ["ID    LABEL   STATE", "k-1   payro\u2026  active", `k-22  ${wideName}`],
  ],
  [
    "a narrower terminal: blocks",
    output({ columns: 19 }),
    ["ID     k-1", "LABEL  payroll of 2026", "STATE  active", "", "ID     k-22", `LABEL  ${wideName}`],
  ],
])("lays out for %s", (_, where, lines) => {
  expect(renderTable(where, table).split("\n")).toEqual(lines);
});

test("leaves out optional columns, the last one first, before it becomes a list of blocks", () => {
  const optional: Table = {
    columns: [
      { head: "ID" },
      { head: "NOTE", isOptional: true },
      { head: "GROUP", isOptional: true },
      { head: "STATE" },
    ],
    rows: [["k-1", "a note", "cards", "active"]],
  };
  const heads = (columns: number): string => renderTable(output({ columns }), optional).split("\n")[0] ?? "";
  expect(heads(26)).toBe("ID   NOTE    GROUP  STATE");
  expect(heads(25)).toBe("ID   NOTE    GROUP  STATE".replace("GROUP  ", ""));
  expect(heads(18)).toBe("ID   STATE");
  expect(heads(10)).toBe("ID     k-1");
});

test("aligns by the columns that a text takes, not by its characters", () => {
  const rows = [
    [wideName, "x"],
    ["abcdef", "y"],
  ];
  expect(renderTable(output(), { columns: [{ head: "A" }, { head: "B" }], rows })).toBe(
    ["A       B", `${wideName}  x`, "abcdef  y"].join("\n"),
  );
});

test("colors only where the output shows colors, and aligns the same", () => {
  const colored = renderTable(output({ columns: 80, hasColors: true }), table);
  expect(colored).toContain(`${esc}[32mactive${esc}[39m`);
  expect(colored).toContain(`${esc}[1mLABEL${esc}[22m            `);
  expect(renderTable(output({ columns: 80, hasColors: false }), table)).not.toContain(esc);
  expect(paint(output({ columns: 80 }), "command", "uko ls")).toBe("uko ls");
});

test("makes values printable", () => {
  const rows = [[`a${esc}[2Jb\u202Ec\nd`, { text: `${esc}]0;x\u0007y`, tone: "strong" as const }]];
  const [, row] = renderTable(output(), { columns: [{ head: "A" }, { head: "B" }], rows }).split("\n");
  expect(row).toBe("a\\u{1b}[2Jb\\u{202e}c d  \\u{1b}]0;x\\u{7}y");
});
