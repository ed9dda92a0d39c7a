/** IBM's clients that run unmodified against the emulator: the suites take the releases from here, and a test the table in the examples. */

export interface ClientRun {
  readonly client: string;
  readonly release: string;
  readonly profile: string;
  /** What passes; of IBM's live tests the number. */
  readonly passes: string;
}

const whole = (calls: number) => `our program, from the first call to the last deletion: ${calls} calls`;

export const clientRuns = {
  keyprotect3: { client: "`keyprotect` (Python)", release: "3.0.1", profile: "ibm-clients", passes: whole(47) },
  keyprotect2: { client: "`keyprotect` (Python)", release: "2.3.1", profile: "ibm-clients", passes: whole(40) },
  goKeys: { client: "`keyprotect-go-client`", release: "0.17.3", profile: "ibm-clients", passes: whole(45) },
  goLive: {
    client: "`keyprotect-go-client`",
    release: "0.17.3",
    profile: "key-protect",
    passes: "IBM's live tests: 10 of 10",
  },
  redstone: {
    client: "`redstone` (Python)",
    release: "0.6.2",
    profile: "key-protect",
    passes: "IBM's live tests: 20 of 21, without KMIP; IBM skips 2",
  },
  node: { client: "`@ibm-cloud/ibm-key-protect` (Node)", release: "0.1.2", profile: "documented", passes: "our calls" },
  nodeLive: {
    client: "`@ibm-cloud/ibm-key-protect` (Node)",
    release: "0.1.2",
    profile: "key-protect",
    passes: "IBM's live tests: 32 of 34; the release lacks the methods of 2",
  },
  uko47: { client: "`ibm-hpcs-uko-sdk` (Go)", release: "v0.0.20-beta", profile: "documented", passes: whole(80) },
  uko412: { client: "`ibm-hpcs-uko-sdk` (Go)", release: "v1.0.0", profile: "api-4.12", passes: whole(118) },
} as const satisfies Record<string, ClientRun>;

/** The table of examples/emulator/README.md. */
export function clientTable(): string {
  const rows = Object.values(clientRuns).map(({ client, release, profile, passes }) => {
    return `| ${client} | ${release} | \`${profile}\` | ${passes} |`;
  });
  return ["| client | release | profile | what passes |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
