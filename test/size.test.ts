/** The budgets of decision 0053. */

import { expect, test } from "vitest";
import { measureFolders } from "./bench/size.ts";

test("no folder of provider/ exceeds its budget of lines of code and files", () => {
  const folders = measureFolders();
  expect(folders.length).toBeGreaterThan(20);
  expect(folders.filter(({ files }) => files === 0)).toEqual([]);
  const over = folders.filter(({ lines, files, budget }) => lines > budget.lines || files > budget.files);
  expect(over, "remove as much as you add, or raise the budget in decision 0053 and say why").toEqual([]);
});
