/** The emulator as a process of its own, started as users start it: `uko emulator`. */

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { printedUntil } from "./engine-run.ts";

/** A line of the audit trail, as far as examples read it; sdk/release/emulator/README.md lists all fields. */
export interface AuditEntry {
  readonly seq: number;
  readonly time: string;
  readonly operation: string;
  readonly caller?: string;
  readonly authn?: string;
  readonly callerName?: string;
  readonly keyId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status: number;
  readonly effect: boolean;
  readonly after?: {
    readonly state: string;
    readonly tags: readonly { readonly name: string; readonly value: string }[];
    readonly description: string;
    readonly updatedAt: string;
  };
}

const ukoScript = fileURLToPath(new URL("../../build/cli/uko", import.meta.url));
const startLimitMs = 20_000;
const stopLimitMs = 3_000;

export class LocalUko {
  readonly url: string;
  readonly instanceId: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { url, instanceId }: { url: string; instanceId: string }) {
    this.#child = child;
    this.url = url;
    this.instanceId = instanceId;
  }

  /** Starts it on a free port, with the demo world, that of a seed file, or that of other arguments; it takes well under a second. */
  static async start(seedFile?: string, world: readonly string[] = []): Promise<LocalUko> {
    const seed = seedFile === undefined ? world : ["--seed", seedFile];
    const child = spawn(process.execPath, [ukoScript, "emulator", "--port", "0", "--json", ...seed], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      return new LocalUko(
        child,
        JSON.parse(await printedUntil(child, "\n", startLimitMs, "uko emulator")) as {
          url: string;
          instanceId: string;
        },
      );
    } catch (error) {
      await end(child);
      throw error;
    }
  }

  /** What everybody sets in their shell to work with it; their own credential comes on top. */
  get settings(): Readonly<Record<string, string>> {
    return {
      ...emulatorAddresses(this.url),
      UKO_INSTANCE_ID: this.instanceId,
    };
  }

  async now(): Promise<Date> {
    return new Date(((await this.#control("clock")) as { now: string }).now);
  }

  /** Lets time pass for the service: `4h1m` passes at once. */
  async advance(duration: string): Promise<void> {
    await this.#control("clock", { advance: duration });
  }

  /** Adds a fault rule (sdk/release/emulator/README.md). */
  async fault(rule: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#control("faults", rule);
  }

  async audit(): Promise<readonly AuditEntry[]> {
    return (await this.#control("audit")) as readonly AuditEntry[];
  }

  stop(): Promise<void> {
    return end(this.#child);
  }

  async #control(name: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<unknown> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${this.url}/_emulator/${name}`, init);
    if (!answer.ok) throw new Error(`/_emulator/${name} returned ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
    child.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
