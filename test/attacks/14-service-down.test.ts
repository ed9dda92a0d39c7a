/** The service is down during a refresh: a failed read must not look like "no drift" to a run that asks for strict reads. */

import { describe, expect, test } from "vitest";
import { interfaceNames } from "../contracts/interfaces/interface-names.ts";
import type { Resources } from "../contracts/interfaces/user-interface.ts";
import { keyWith, type RunBy, useStacks } from "./stacks.ts";

const stacks = useStacks();

const program: Resources = { payroll: keyWith(), ledger: keyWith({ label: "ledger" }) };

const unavailable = Array(2).fill(expect.stringContaining("[UKO_SERVICE_UNAVAILABLE]"));

async function failReads(status: number): Promise<void> {
  for (const operation of ["listManagedKeys", "getManagedKey"]) await stacks.uko.fault({ operation, status });
}

describe.each(interfaceNames)("with the interface %s", (name) => {
  const isHcl = name === "terraform";
  /** A setting of the provider: Pulumi's engine passes texts. */
  const settings = { strictReads: isHcl ? true : "true" };
  /** A refresh that cannot read the keys of an earlier run. */
  async function refresh(request: RunBy = {}, { keys = program, status = 503 } = {}) {
    const stack = stacks.open(name);
    await stack.up(keys);
    const before = stack.known();
    await failReads(status);
    const report = await stack.run("refresh", request);
    expect(stack.known()).toEqual(before);
    return report;
  }

  test.each<[string, RunBy]>([
    ["UKO_STRICT_READS=1", { env: { UKO_STRICT_READS: "1" } }],
    ["strictReads of the provider", { settings }],
  ])("a refresh with %s fails, and the state stays as it was", async (_, request) => {
    const { errors, warnings, isFailed } = await refresh(request);
    expect({ warnings, isFailed }).toEqual({ warnings: [], isFailed: true });
    expect(errors).toEqual(unavailable);
  });

  test("a person who may not read the key gets an error under UKO_STRICT_READS=true", async () => {
    const request = { env: { UKO_STRICT_READS: "true" } };
    const { errors } = await refresh(request, { keys: { payroll: keyWith() }, status: 403 });
    expect(errors).toHaveLength(1);
  });

  if (name === "dynamic") {
    test("a refresh always fails", async () => {
      const { errors } = await refresh({ env: { UKO_STRICT_READS: "0" } });
      expect(errors).toEqual(unavailable);
    });
    return;
  }

  /** OpenTofu counts warnings of one first line, and the package counts its resources at the end of the run. */
  const kept = isHcl
    ? ["payroll", "ledger"].map((label) =>
        expect.stringMatching(
          new RegExp(
            `^Could not read a resource, so its state is from the last read\nKey "${label}" [^]*\n` +
              "UKO_STRICT_READS=1 turns this warning into an error\\.$",
          ),
        ),
      )
    : [
        ...Array(2).fill(
          expect.stringMatching(
            /^Could not refresh this resource; keeping the last known state: .*SERVICE_UNAVAILABLE/,
          ),
        ),
        expect.stringMatching(/^This run could not read 2 resources.*UKO_STRICT_READS=1/),
      ];
  test.each<[string, RunBy]>([
    ["no setting", {}],
    ["UKO_STRICT_READS=0, which overrides the provider", { env: { UKO_STRICT_READS: "0" }, settings }],
  ])("a refresh with %s keeps the state, and each warning says that it is an old one", async (_, request) => {
    expect(await refresh(request)).toMatchObject({ errors: [], warnings: kept });
  });
});
