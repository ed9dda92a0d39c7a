/** Moves the clock of a running emulator by a call of its control API, as `uko emulator advance` needs it. */

import * as z from "zod";

const responseSchema = z.union([z.object({ now: z.iso.datetime() }), z.object({ error: z.string() })]);

/** The time limit of a call, which is generous for a local server. */
const maxWaitMs = 10_000;

/** Returns the new emulated time in ms. Throws if no emulator answers at this address, or if it refuses. */
export async function advanceClock(url: string, duration: string, signal: AbortSignal): Promise<number> {
  const response = responseSchema.safeParse(await post(url, { advance: duration }, signal));
  if (!response.success) {
    throw new Error(
      [
        `No emulator answers at ${url}.`,
        "Next: start one in another terminal:",
        `  ${startCommand(url)}`,
        "Or name the address of another one with --url.",
      ].join("\n"),
    );
  }
  if ("error" in response.data) throw new Error(response.data.error);
  return Date.parse(response.data.now);
}

async function post(url: string, body: object, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(new URL("/_emulator/clock", url), {
      method: "POST",
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(maxWaitMs)]),
    });
    return await response.json();
  } catch {
    return undefined;
  }
}

function startCommand(url: string): string {
  const { port, protocol } = URL.canParse(url) ? new URL(url) : { port: "", protocol: "" };
  return `uko emulator${port && ` --port ${port}`}${protocol === "https:" ? " --tls" : ""}`;
}
