/** `npm run bench:emulator`: the emulator's CPU time a call as its world grows, called by a bare client. */

import { fileURLToPath } from "node:url";
import { BareClient, type TestResponse } from "./emulator-client.ts";
import { cpuMs, end, median, residentMiB, start } from "./processes.ts";
import { row, rule } from "./table.ts";

const program = fileURLToPath(new URL("../../provider/emulator/main.ts", import.meta.url));
const sizes = [100, 500, 2_000, 5_000] as const;

/** Calls before the first one that counts, so that the engine has compiled what runs often. */
const warmUpCalls = 300;
const rounds = 5;
const callsInRound = 100;

interface Figures {
  /** Milliseconds of CPU time a call, median of the rounds, for each of the four calls. */
  readonly times: readonly number[];
  readonly residentMiB: number;
  /** CPU time until it listened. */
  readonly startSeconds: number;
}

const heads = ["keys", "GET key", "PATCH key", "GET KMS key", "list of 20", "MiB", "start, s"];

console.log(`${row(...heads)}\n${rule(heads.length)}`);
for (const keys of sizes) {
  const { times, residentMiB: size, startSeconds } = await measureEmulator(keys);
  console.log(row(String(keys), ...times.map((ms) => ms.toFixed(2)), String(size), startSeconds.toFixed(2)));
}

async function measureEmulator(keys: number): Promise<Figures> {
  const { child, line } = await start([program, "--json", "--generate", `keys=${keys}`], {
    PATH: process.env.PATH ?? "",
  });
  const { pid = 0 } = child;
  const { url, instanceId } = JSON.parse(line) as { url: string; instanceId: string };
  const startSeconds = cpuMs(pid) / 1_000;
  const client = new BareClient(url, instanceId);
  try {
    await client.logIn("carol-demo-key");
    const listed = (await client.call("GET", "/api/v4/managed_keys?limit=200&state=active")).body as KeyList;
    const items = listed.managed_keys.filter((key) => key.status_in_keystores[0]?.keystore.type === "ibm_cloud_kms");
    const [first] = items;
    if (first === undefined) throw new Error("The generated world has no active key in an internal keystore.");
    let calls = 0;
    const key = (): KeyList["managed_keys"][number] => {
      calls += 1;
      return items[calls % items.length] ?? first;
    };
    const etags = new Map(items.map(({ id, updated_at }) => [id, updated_at]));
    const read = (): Promise<TestResponse> => client.call("GET", `/api/v4/managed_keys/${key().id}`);
    const change = async (): Promise<TestResponse> => {
      const { id } = key();
      const response = await client.call("PATCH", `/api/v4/managed_keys/${id}`, {
        body: { description: `change ${calls}` },
        headers: { "if-match": etags.get(id) ?? "" },
      });
      etags.set(id, response.etag);
      return response;
    };
    const kmsRead = (): Promise<TestResponse> =>
      client.call("GET", `/api/v2/keys/${key().status_in_keystores[0]?.key_id_in_keystore.split("/")[1]}/metadata`);
    const page = (): Promise<TestResponse> => client.call("GET", "/api/v4/managed_keys?limit=20");
    const times = await timeEach(pid, [read, change, kmsRead, page]);
    return { times, residentMiB: residentMiB(pid), startSeconds };
  } finally {
    client.close();
    await end(child);
  }
}

/** Rounds of each call in turn, so that a machine whose speed drifts treats them alike. */
async function timeEach(pid: number, calls: readonly (() => Promise<TestResponse>)[]): Promise<readonly number[]> {
  for (const call of calls) for (let count = 0; count < warmUpCalls; count += 1) await call();
  const times = calls.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, call] of calls.entries()) {
      const before = cpuMs(pid);
      for (let count = 0; count < callsInRound; count += 1) await call();
      times[index]?.push((cpuMs(pid) - before) / callsInRound);
    }
  }
  return times.map(median);
}

interface KeyList {
  readonly managed_keys: readonly {
    readonly id: string;
    readonly updated_at: string;
    readonly status_in_keystores: readonly {
      readonly key_id_in_keystore: string;
      readonly keystore: { readonly type: string };
    }[];
  }[];
}
