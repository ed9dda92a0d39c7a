/** PlanResourceChange of a deletion: what the deletion will need, for its caller, and which deletions the plan refuses. */

import { describe, expect, test } from "vitest";
import { readPrivate } from "../../../provider/terraform-plugin/private-data.ts";
import { approve } from "../../engine/harness.ts";
import { useStage } from "../stage.ts";

const stage = useStage();

describe("the plan of a destruction", () => {
  test("reports what it will require, from the state alone", async () => {
    const core = await stage.made();
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    const { warnings, planned, private: kept, identity } = await core.by(offline).plan(null);
    expect(planned).toBeNull();
    expect(readPrivate(kept).planned).toBe("destroy");
    expect(identity).toBeDefined();
    expect(identity).toEqual(core.saved?.identity);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^Deleting key "payroll" requires two people and several runs\n {2}1\. This run requests/,
    );
  });

  test("reports who requested it, what the second person runs, and what the requester's run will then do", async () => {
    const core = await stage.made();
    await core.apply(null);
    const [waiting] = (await core.plan(null)).warnings;
    expect(waiting).toMatch(/^Key "payroll" is waiting for a second person to approve its deactivation\n/);
    expect(waiting).toMatch(/You requested the deactivation\. .*another person runs:\n {4}uko approve /s);
    await stage.uko.advance("60s");
    await approve(stage.uko.run("alice"), stage.uko.ref(String(core.saved?.value.key_id)), { stores: true });
    await stage.bob.provider.configureProvider();
    await core.refresh();
    const [acting] = (await core.plan(null)).warnings;
    expect(acting).toMatch(
      /^This run deactivates key "payroll" if you have the role Key Custodian - Deployer: you requested the deactivation, and IBMid-550000[A-Z]+ \(".+?"\) approved it\n.*stops working/s,
    );
    // OpenTofu plans a destroy in a process of its own, which has read nothing and logs in once.
    await stage.bob.provider.configureProvider();
    const seq = await stage.uko.lastSeq();
    expect((await core.plan(null)).warnings).toEqual([acting]);
    expect((await core.plan(null)).warnings).toEqual([acting]);
    const calls = (await stage.uko.trail()).filter((entry) => entry.seq > seq);
    expect(calls.map(({ operation }) => operation)).toEqual(["token"]);
  });

  test("succeeds without the caller if the run cannot log in", async () => {
    const core = await stage.made();
    await core.apply(null);
    await stage.bob.provider.configureProvider();
    await stage.uko.fault({ operation: "token", status: 400 });
    const { errors, warnings } = await core.plan(null);
    expect([errors, warnings]).toEqual([
      [],
      [
        expect.stringContaining(
          'IBMid-550000BOB ("Bob Example") requested the deactivation. Until another person approves',
        ),
      ],
    ]);
  });

  test("does not log in without a pending request", async () => {
    const core = await stage.made();
    await stage.bob.provider.configureProvider();
    const seq = await stage.uko.lastSeq();
    await core.plan(null);
    expect((await stage.uko.trail()).filter((entry) => entry.seq > seq)).toEqual([]);
  });

  test("is an error if the key is protected, at the attribute", async () => {
    const core = await stage.made({ deletion_protection: true });
    const { errors, attributes } = await core.plan(null);
    expect(attributes).toEqual(["deletion_protection"]);
    expect(errors).toEqual([
      'Deletion protection is on for key "payroll"\n' +
        "  Next: set deletion_protection = false in the configuration, then run:\n    tofu apply\n  [UKO_DELETION_PROTECTED]",
    ]);
  });

  test("reports nothing if one run is enough", async () => {
    const core = stage.core("uko_vault");
    await core.apply({ name: "archive" });
    expect(await core.plan(null)).toMatchObject({ errors: [], warnings: [], planned: null });
  });
});
