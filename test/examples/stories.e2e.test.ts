import { expect, test } from "vitest";
import { story as firstKey } from "../../examples/01-first-key/story.ts";
import { story as twoPeople } from "../../examples/02-two-people/story.ts";
import { story as wholeStack } from "../../examples/03-whole-stack/story.ts";
import { story as existingKeys } from "../../examples/04-existing-keys/story.ts";
import { story as splitRoles } from "../../examples/05-split-roles/story.ts";
import { story as typescript } from "../../examples/06-typescript/story.ts";
import { story as python } from "../../examples/07-python/story.ts";
import { story as go } from "../../examples/08-go/story.ts";
import { story as yaml } from "../../examples/09-yaml/story.ts";
import { story as cdktn } from "../../examples/10-cdktn/story.ts";
import { story as cdktf } from "../../examples/11-cdktf/story.ts";
import { story as certificate } from "../../examples/13-certificate/story.ts";
import { story as java } from "../../examples/15-java/story.ts";
import { constantTextOf, framesOf } from "../../examples/demo/frames.ts";
import { framesInPicture } from "../../examples/demo/picture.ts";
import { story as demo } from "../../examples/demo/story.ts";
import { isJavaLeftOut } from "../engines/find-java.ts";
import { isPythonLeftOut } from "../engines/find-python.ts";
import { perform } from "../stage/perform.ts";
import { read } from "../support/documents.ts";
import { explainVerdict, judge } from "../support/oracle.ts";

const wholeLife = ["K2", "K7", "K8", "K5"];

test.each([
  { name: "the demo", story: demo, required: true },
  { name: "examples/01-first-key", story: firstKey, required: false },
  { name: "examples/02-two-people", story: twoPeople, required: true },
  { name: "examples/03-whole-stack", story: wholeStack, required: true, keys: 2 },
  { name: "examples/04-existing-keys", story: existingKeys, required: true, steps: ["K8"] },
  { name: "examples/05-split-roles", story: splitRoles, required: true },
  { name: "examples/06-typescript", story: typescript, required: true },
  ...(isPythonLeftOut() ? [] : [{ name: "examples/07-python", story: python, required: true }]),
  { name: "examples/08-go", story: go, required: true },
  { name: "examples/09-yaml", story: yaml, required: true },
  ...(isJavaLeftOut() ? [] : [{ name: "examples/15-java", story: java, required: true }]),
  { name: "examples/10-cdktn", story: cdktn, required: true },
  { name: "examples/11-cdktf", story: cdktf, required: true },
  { name: "examples/13-certificate", story: certificate, required: true },
])(
  "$name goes as told, with two people wherever they are required",
  async ({ story, required, keys = 1, steps = wholeLife }) => {
    const printed: string[] = [];
    const audit = await perform(story, (text) => {
      printed.push(text);
    });
    const verdict = judge(audit, { required, gate: "both" });
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
    const changes = audit.filter(
      ({ operation, effect, keyId, from, to }) => operation !== "seed" && effect && keyId !== undefined && from !== to,
    );
    const expected = steps.flatMap((step) => Array.from({ length: keys }, () => step));
    expect(changes.map(({ operation }) => operation)).toEqual(expected);
    expect(printed.join(""), "no color without a terminal").not.toContain("\u001b[");
    if (story === demo) {
      const stored = constantTextOf(framesInPicture(read("provider/docs/images/demo.svg")));
      expect(stored, "the picture shows another run: npm run picture").toEqual(constantTextOf(framesOf(printed)));
    }
  },
);

test("an unexpected result ends a story, and the error shows the expected one", async () => {
  const impatient = {
    ...firstKey,
    tell: async (stage: Parameters<typeof firstKey.tell>[0]) => {
      await stage.pulumi("carol", "up", { exitCode: 0, says: "ManagedKey payroll created" });
      await stage.pulumi("carol", "destroy", { exitCode: 0, says: "ManagedKey payroll deleted" });
    },
  };
  await expect(perform(impatient, () => {})).rejects.toThrow(
    /Expected exit code 0 .*but the exit code was 1:[\s\S]*COOLING_DOWN/,
  );
});
