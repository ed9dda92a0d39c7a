import { expect, it } from "vitest";
import { createProgressLine } from "../../provider/cli/progress-line.ts";

function written(columns: number | undefined, act: (line: ReturnType<typeof createProgressLine>) => void): string {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  act(createProgressLine({ write, ...(columns !== undefined && { columns }) }));
  return text;
}

const erase = "\r\u001b[2K";

it("prints a line when the text changes, without a terminal", () => {
  const text = written(undefined, (line) => {
    for (const each of ["one", "one", "two"]) line.report(each);
    line.clear();
  });
  expect(text).toBe("one\ntwo\n");
});

it("rewrites one line in place on a terminal, and clears it at the end", () => {
  const text = written(80, (line) => {
    for (const each of ["one", "one", "two"]) line.report(each);
    line.clear();
    line.clear();
  });
  expect(text).toBe(`${erase}one${erase}two${erase}`);
});

it("cuts a line that would wrap", () => {
  expect(written(10, (line) => line.report("a".repeat(20)))).toBe(`${erase}${"a".repeat(8)}…`);
});

it("counts for a person at a terminal only", () => {
  const text = (columns?: number): string => written(columns, (line) => line.count?.("Reading: 1 of 2"));
  expect(text(80)).toBe(`${erase}Reading: 1 of 2`);
  expect(text()).toBe("");
});
