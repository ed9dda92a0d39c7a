import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { refusalOfNode } from "../../provider/bin/machine.ts";

const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

it("asks for the Node that package.json asks for", () => {
  expect(refusalOfNode("18.0.0")).toBe(
    [
      `uko needs Node ${engines.node.replace(">=", "")} or newer; this is 18.0.0`,
      "  Next: install a newer Node, or uko as an executable, which has its own.",
    ].join("\n"),
  );
});

it.each(["20.20.2", "22.2.0", "22.18.9", "9.30.0"])("refuses %s", (version) => {
  expect(refusalOfNode(version)).toContain(`this is ${version}`);
});

it.each(["22.19.0", "22.20.1", "23.0.0", "100.1.0"])("takes %s", (version) => {
  expect(refusalOfNode(version)).toBeUndefined();
});
