/** The client of the control API's clock, for the command line. */

import * as z from "zod";

const answerSchema = z.union([z.object({ now: z.iso.datetime() }), z.object({ error: z.string() })]);

/** Local, so this is long. */
const maxWaitMs = 10_000;

/** Returns the new emulated time in ms. Throws if no emulator answers at this address, or if it refuses. */
export async function advanceClock(url: string, duration: string, signal: AbortSignal): Promise<number> {
  const answer = answerSchema.safeParse(await post(url, { advance: duration }, signal));
  if (!answer.success) {
    throw new Error(`No emulator answers at ${url}. Start one with \`uko emulator\`, or name its address with --url.`);
  }
  if ("error" in answer.data) throw new Error(answer.data.error);
  return Date.parse(answer.data.now);
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
