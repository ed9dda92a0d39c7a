/** The budgets of decision 0053. */

import { expect, test } from "vitest";
import { measureRooms } from "./bench/size.ts";

test("no folder of provider/ exceeds its budget of lines and files", () => {
  const rooms = measureRooms();
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.filter(({ files }) => files === 0)).toEqual([]);
  const over = rooms.filter(({ lines, files, budget }) => lines > budget.lines || files > budget.files);
  expect(over, "remove as much as you add, or raise the budget in decision 0053 and say why").toEqual([]);
});
