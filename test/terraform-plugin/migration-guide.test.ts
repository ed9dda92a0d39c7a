/** The guide for users of IBM's provider names the resources of both providers. */

import { expect, test } from "vitest";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import { blocksIn, read } from "../support/documents.ts";

const page = "sdk/terraform/docs/guides/from-ibm.md";
const rows = Array.from(
  read(page).matchAll(/^\| (.+) \| (.+) \|$/gm),
  ([, ibm = "", ours = ""]) => [ibm, ours] as const,
);
const namesIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(/`([a-z_]+)(?: = "\w+")?`/g), ([, name = ""]) => name);

test("every argument that it names exists", () => {
  const known = new Set(
    [...terraformResources].flatMap(([type, { attributes }]) => [type, ...attributes.map(({ name }) => name)]),
  );
  const named = rows.flatMap(([, ours]) => namesIn(ours));
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test.each(["type", "ibm_variant", "key", "keystores", "vault", "uko_vault", "template_name"])(
  "the argument %s of IBM's resources has its row",
  (name) => expect(rows.flatMap(([ibm]) => namesIn(ibm))).toContain(name),
);

test("resources without a counterpart leave the state by a removed block", () => {
  const removed = blocksIn(page, "terraform").flatMap((block) => block.split(/^(?=removed \{)/m));
  for (const type of ["ibm_kms_key_policies", "ibm_kms_key_rings"]) {
    expect(removed.some((block) => block.includes(`from = ${type}.`) && block.includes("destroy = false"))).toBe(true);
  }
});
