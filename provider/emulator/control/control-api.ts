/**
 * Serves the control API under `/_emulator/`, which IBM's services do not have and which requires no credential: it
 * moves the clock, changes switches, adds faults, edits objects, and reads or resets everything.
 */

import * as z from "zod";
import { type Exchange, type Reply, readBody } from "../http/responses.ts";
import { dayMs, parseDurationMs } from "../store/clock.ts";
import { faultSchema } from "../store/faults.ts";
import { switchesSchema } from "../store/switches.ts";
import type { World } from "../store/world.ts";
import { changeKey, changeKeystore } from "./edits.ts";
import { snapshot, takeSnapshot } from "./snapshot.ts";

const maxBodyMiB = 1;

export const clockSchema = z.strictObject({
  freeze: z.boolean().optional(),
  set: z.iso.datetime({ offset: true }).optional(),
  advance: z.union([z.string(), z.number()]).optional(),
  tickMs: z.number().min(0).max(dayMs).optional(),
});

/** What a call changes or reads: the ID in its path, its query and its body. */
interface ControlCall {
  readonly world: World;
  readonly id: string;
  readonly query: URLSearchParams;
  /** The body, parsed as JSON. */
  body(): unknown;
}

const ok = (body: unknown): Reply => ({ status: 200, body });
/** Nothing to say of what was done. */
const done = (_act: unknown): Reply => ({ status: 204 });

const calls: Readonly<Record<string, (call: ControlCall) => Reply>> = {
  "GET /health": ({ world }) => healthOf(world),
  "GET /clock": ({ world }) => clockView(world),
  "POST /clock": ({ world, body }) => {
    const change = clockSchema.parse(body());
    const advanceMs = change.advance === undefined ? 0 : parseDurationMs(change.advance);
    if (advanceMs === undefined) throw new Error(`"${change.advance}" is not a duration, such as 5h, 31d or PT4H`);
    if (change.tickMs !== undefined) world.clock.tickMs = change.tickMs;
    if (change.freeze === true) world.clock.freeze();
    if (change.freeze === false) world.clock.thaw();
    if (change.set !== undefined) world.clock.set(Date.parse(change.set));
    if (advanceMs !== 0) world.clock.advance(advanceMs);
    return clockView(world);
  },
  "GET /switches": ({ world }) => ok(world.switches),
  "POST /switches": ({ world, body }) => {
    // Parsed as a whole, so that no default replaces a current value.
    const changes = z.record(z.string(), z.unknown()).parse(body());
    world.switches = switchesSchema.parse({ ...world.switches, ...changes });
    return ok(world.switches);
  },
  "GET /faults": ({ world }) => ok({ rules: world.faults.list(), held: world.faults.held() }),
  "POST /faults": ({ world, body }) => ({ status: 201, body: world.faults.add(faultSchema.parse(body())) }),
  "POST /faults/release": ({ world }) => ok({ released: world.faults.release() }),
  "DELETE /faults": ({ world }) => done(world.faults.clear()),
  "DELETE /faults/:id": ({ world, id }) => ({ status: world.faults.remove(id) ? 204 : 404 }),
  "GET /audit": ({ world, query }) => ok(world.audit.since(Number(query.get("since") ?? 0))),
  "GET /world": ({ world }) => ok(snapshot(world)),
  "GET /snapshot": ({ world }) => ok(takeSnapshot(world)),
  "POST /reset": ({ world }) => done(world.reset()),
  "POST /keystores/:id": ({ world, id, body }) => ok(changeKeystore(world, id, body())),
  "POST /keys/:id": ({ world, id, body }) => ok(changeKey(world, id, body())),
};

export type ControlRoute = readonly [method: string, path: string, replyTo: ReplyTo];
type ReplyTo = (exchange: Exchange) => Reply | Promise<Reply>;

export function controlRoutes(world: World): readonly ControlRoute[] {
  return Object.entries(calls).map(([call, handle]) => {
    const [method = "", path = ""] = call.split(" ");
    const replyTo: ReplyTo = async (exchange) => {
      const bytes = await readBody(exchange, maxBodyMiB * 1_048_576);
      if (bytes === undefined) return { status: 413, body: { error: `A body has at most ${maxBodyMiB} MiB.` } };
      const body = (): unknown => JSON.parse(bytes.toString());
      const { searchParams: query } = exchange.url;
      const reply = attempt(() => handle({ world, id: exchange.param("id"), query, body }));
      return { ...reply, headers: { date: new Date(world.clock.nowMs()).toUTCString() } };
    };
    return [method, `/_emulator${path}`, replyTo];
  });
}

function attempt(handle: () => Reply): Reply {
  try {
    return handle();
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    return { status: 400, body: { error: message } };
  }
}

/** Also at `/health`, where containers and clusters ask. */
export function healthOf({ instanceId, profile }: World): Reply {
  return ok({ status: "ok", instanceId, profile });
}

function clockView({ clock }: World): Reply {
  return ok({ now: new Date(clock.nowMs()).toISOString(), frozen: clock.isFrozen, tickMs: clock.tickMs });
}
