/** Odd numbers, texts, nulls and unknown values in real plans: each survives apply and refresh, or is an error at its line. */

import { expect, test } from "vitest";
import type { TofuPerson, TofuResult } from "../../stage/tofu.ts";
import { type Forms, oddLines, oddProgram, roundProgram } from "./support/odd-values.ts";
import { withStage } from "./support/tofu-stage.ts";

/** What the engine shows of each error: what is said, of which block, and the line that it stands at. */
function shownIn({ output }: TofuResult): readonly { summary: string; address: string; line: string }[] {
  const shown =
    /^Error: (?<summary>.+)\n\n {2}with (?<address>.+),\n {2}on main\.tf line \d+, in .+\n *\d+: *(?<line>.+)$/gm;
  return Array.from(output.matchAll(shown), ({ groups: { summary = "", address = "", line = "" } = {} }) => ({
    ...{ summary, address, line },
  }));
}

test("an impossible value is an error of validate, at its line, that names the valid values", () =>
  withStage(
    async (stage) => {
      const carol = await stage.person("carol", oddProgram);
      const checked = await carol.run(["validate", "-no-color"]);
      expect(checked.exitCode).toBe(1);
      const expected = oddLines.map(({ block, line, summary }, index) => ({
        address: `${block.kind === "data" ? "data." : ""}${block.type}.n${index}`,
        ...{ line, summary },
      }));
      const byAddress = (a: { address: string }, b: { address: string }) => (a.address < b.address ? -1 : 1);
      expect([...shownIn(checked)].sort(byAddress)).toEqual(expected.sort(byAddress));
      expect(checked.output.match(/^Error: /gm)).toHaveLength(oddLines.length);
      expect(checked.output).not.toMatch(/expected |received |bigint/);
    },
    { required: false },
  ));

const forms: Forms = {
  ...{ a: "\\u00e4", empty: '""', port: "1e3", laterMonths: "3" },
  ...{ groups: '["zulu", "alpha"]', aliases: '["zulu", "alpha"]' },
  ...{ expiration: "2030-01-31T01:00:00+01:00", laterTags: '{ owner = "payments", "a.b" = "c d" }' },
};
/** The same in other words. */
const rewritten: Forms = {
  ...forms,
  ...{ a: "a\\u0308", empty: "null", port: '"1000"', expiration: "2030-01-31T00:00:00Z" },
  ...{ groups: '["alpha", "zulu"]', aliases: '["alpha", "zulu"]' },
};

async function expectUnchanged(person: TofuPerson): Promise<void> {
  const planned = await person.plan(["-detailed-exitcode"]);
  expect(planned.exitCode, planned.output).toBe(0);
}

/** Forgets everything, and takes it up again with a configuration that the engine writes from what the service has. */
async function expectComesBack(person: TofuPerson): Promise<void> {
  const { resources } = await person.state();
  // The service does not return the secrets of a connection, so an engine cannot write them.
  const ours = resources.filter(({ type, attributes }) => type.startsWith("uko_") && attributes.type !== "aws_kms");
  const forgotten = await person.run(["state", "rm", ...resources.map(({ address }) => address)]);
  expect(forgotten.exitCode, forgotten.output).toBe(0);
  const blocks = ours.map(
    ({ type, attributes }, index) => `import {\n  to = ${type}.n${index}\n  id = "${attributes.id}"\n}`,
  );
  await person.writeProgram(blocks.join("\n"));
  const written = await person.plan(["-generate-config-out=written.tf"]);
  expect(written, written.output).toMatchObject({ exitCode: 0, planned: { add: 0, change: 0, import: ours.length } });
  expect(await person.apply()).toMatchObject({ exitCode: 0, applied: { add: 0, change: 0 } });
  await expectUnchanged(person);
}

test("a value survives apply and refresh in every notation, and an invalid result is an error at its line", () =>
  withStage(
    async (stage) => {
      const carol = await stage.person("carol", roundProgram(forms));
      const made = await carol.apply();
      expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 24, change: 0, remove: 0 } });
      await expectUnchanged(carol);
      const attributesOf = async (address: string) =>
        (await carol.state()).resources.find((each) => each.address === address)?.attributes;
      expect(await attributesOf("uko_managed_key.texts")).toMatchObject({
        description: 'Gehälter 🔑👩‍👩‍👧 \u202eabc\u202c שלום \x24{HOME} %{if} "quoted" \\ back\nnew\ttab\u0001',
        tags: { " blanks ": "  two  ", "a.b": "a\tb" },
      });
      expect(await attributesOf("uko_managed_key.nulls")).toMatchObject({ state: null, rotation_trigger: null });
      expect(await attributesOf("uko_kms_key.counted[1]")).toMatchObject({ rotation_interval_months: 4 });
      expect(made.output).not.toContain("hidden words");

      await carol.writeProgram(roundProgram(rewritten));
      const mark = await stage.mark();
      const same = await carol.apply();
      expect(same, same.output).toMatchObject({ exitCode: 0, applied: { add: 0, remove: 0 } });
      expect(await stage.effects(mark)).toEqual([]);
      await expectUnchanged(carol);

      await carol.writeProgram(roundProgram({ ...rewritten, laterMonths: "1.5", laterTags: "{}" }));
      const wrong = await carol.apply();
      expect(shownIn(wrong), wrong.output).toEqual([
        {
          summary: "rotation_interval_months: must be a whole number",
          ...{ address: "uko_kms_key.later", line: "rotation_interval_months = terraform_data.months.output" },
        },
      ]);
      expect(await attributesOf("uko_managed_key.later")).toMatchObject({ tags: {} });
      await carol.writeProgram(roundProgram({ ...rewritten, laterMonths: "6", laterTags: "{}" }));
      const right = await carol.apply();
      expect(right, right.output).toMatchObject({ exitCode: 0 });
      await expectUnchanged(carol);
      await expectComesBack(carol);
    },
    { required: false },
  ));
