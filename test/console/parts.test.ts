import { expect, it } from "vitest";
import { commandsOf } from "../../provider/console/parts.ts";
import { remarked } from "../../provider/engine/campaign/report.ts";

it("shows the remark of a command after the command, so that a copied command works", async () => {
  const next = [
    remarked("uko campaign status --folder 'a&b'", "not the <requester>"),
    remarked("uko requests", "then"),
  ];
  const page = String(await commandsOf({ next }));
  expect(page).toContain("<code>uko campaign status --folder &#39;a&amp;b&#39;</code></pre>");
  expect(page).toContain('<p class="quiet">not the &lt;requester&gt;</p>');
  expect(page).not.toContain("[object");
});
