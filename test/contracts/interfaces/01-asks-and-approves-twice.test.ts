/** The recommended roles: one person asks and the other approves, twice, and the requester's own destroys go all the way. */

import { expect, test } from "vitest";
import { approveNow, ended } from "./support/next-steps.ts";
import { withScenario } from "./support/scenario.ts";

test("Bob asks and Alice approves, twice: the approved destruction is taken by Bob's destroy, and by no other destroy", () =>
  withScenario({ profile: "documented" }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    ended(await bob.up(), 0);
    const asked = ended(
      await bob.destroy(),
      1,
      'Key "payroll" is waiting for a second person to approve its deactivation',
    );
    ended(await bob.runNext(asked.output, approveNow), 12);
    ended(await alice.runNext(asked.output, approveNow), 0);

    // The engine requests no destruction. It prints the command, and Bob types it.
    const unasked = 'Key "payroll" is deactivated and is waiting for a person to request its destruction';
    const requested = ended(
      await bob.runNext(ended(await bob.destroy(), 1, unasked).output, /^uko request /),
      0,
      'Key "payroll" is deactivated and is waiting for a second person to approve its destruction',
    );

    // Alice approves during the cool-down, with the printed command, which needs no role that she does not have.
    ended(await alice.runNext(requested.output, /--store$/), 0);
    const stored = await scenario.mark();
    ended(await bob.destroy(), 1, /^Key "payroll" is deactivated and cooling down until /);
    await scenario.advance("4h1m");
    ended(await alice.destroy(), 1, /is approved and is waiting for the next run of IBMid-550000BOB/);
    expect(await scenario.writes(stored)).toEqual([]);

    ended(
      await bob.destroy(),
      1,
      /^Key "payroll" is destroyed; keystore "payroll-ring" still holds its material until /,
    );
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
    expect((await scenario.writes()).map(({ operation, callerName }) => `${operation} ${callerName}`)).toEqual([
      "createManagedKey Bob Example",
      "updateManagedKey Bob Example",
      "deactivateManagedKey Alice Example",
      "updateManagedKey Bob Example",
      "updateManagedKey Alice Example",
      "destroyManagedKey Bob Example",
      "deleteManagedKey Bob Example",
    ]);
  }));
