/** Lines of evidence in the format in which the tool writes them, for the tests that read them. */

export const alice = { iamId: "IBMid-550000ALICE", name: "Alice Example" };
export const bob = { iamId: "IBMid-550000BOB", name: "Bob Example" };

export const consent = (author: string, step = "destroy") => ({
  id: "7f3a2c91d04be6f8a13c5e7092b4d6f8",
  step,
  how: "command",
  author,
  writtenAt: "2026-11-24T14:22:00Z",
  reason: "Payroll moved",
});

/** Bob's destruction of one key, unless the line says otherwise. */
export function evidenceText(over: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    v: 1,
    time: "2026-11-24T14:22:00Z",
    instanceId: "i-1",
    vaultId: "v-1",
    keyId: "k-1",
    label: "payroll",
    step: "destroy",
    phase: "after",
    from: "deactivated",
    to: "destroyed",
    actor: bob,
    keystores: [],
    ...over,
  });
}
