/** The control API under `/_emulator/`, which IBM's service lacks. It requires no credential. */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import { dayMs, parseDurationMs } from "../clock.ts";
import { faultSchema } from "../faults.ts";
import { switchesSchema } from "../switches.ts";
import { StorageError, type World } from "../world.ts";
import { changeKey, changeKeystore } from "./edits.ts";
import { loadSnapshot, snapshot, takeSnapshot } from "./snapshot.ts";

/** Of a snapshot; the other bodies are small. */
const maxBodyMiB = 32;

export const clockSchema = z.strictObject({
  freeze: z.boolean().optional(),
  set: z.iso.datetime({ offset: true }).optional(),
  advance: z.union([z.string(), z.number()]).optional(),
  tickMs: z.number().min(0).max(dayMs).optional(),
});

export function controlApi(world: World): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    if (!(error instanceof StorageError)) return context.json({ error: message }, 400);
    world.undo();
    return context.json({ error: `The emulator could not store the change, and undid it: ${message}` }, 500);
  });
  const tooLarge = { error: `A body has at most ${maxBodyMiB} MiB.` };
  app.use(bodyLimit({ maxSize: maxBodyMiB * 1_048_576, onError: (context) => context.json(tooLarge, 413) }));
  app.use(async (context, next) => {
    await next();
    if (context.req.method !== "GET") world.persist();
    context.res.headers.set("date", new Date(world.clock.nowMs()).toUTCString());
  });

  app.get("/health", (context) => context.json(healthOf(world)));
  app.get("/clock", (context) => context.json(clockView(world)));
  app.post("/clock", async (context) => {
    const change = clockSchema.parse(await context.req.json());
    const advanceMs = change.advance === undefined ? 0 : parseDurationMs(change.advance);
    if (advanceMs === undefined) throw new Error(`"${change.advance}" is not a duration, such as 5h, 31d or PT4H`);
    if (change.tickMs !== undefined) world.clock.tickMs = change.tickMs;
    if (change.freeze === true) world.clock.freeze();
    if (change.freeze === false) world.clock.thaw();
    if (change.set !== undefined) world.clock.set(Date.parse(change.set));
    if (advanceMs !== 0) world.clock.advance(advanceMs);
    return context.json(clockView(world));
  });

  app.get("/switches", (context) => context.json(world.switches));
  app.post("/switches", async (context) => {
    // Parsed as a whole, so that no default replaces a current value.
    const changes = z.record(z.string(), z.unknown()).parse(await context.req.json());
    world.switches = switchesSchema.parse({ ...world.switches, ...changes });
    return context.json(world.switches);
  });

  app.get("/faults", (context) => context.json({ rules: world.faults.list(), held: world.faults.held() }));
  app.post("/faults", async (context) =>
    context.json(world.faults.add(faultSchema.parse(await context.req.json())), 201),
  );
  app.post("/faults/release", (context) => context.json({ released: world.faults.release() }));
  app.delete("/faults", (context) => {
    world.faults.clear();
    return context.body(null, 204);
  });
  app.delete("/faults/:id", (context) => context.body(null, world.faults.remove(context.req.param("id")) ? 204 : 404));

  app.get("/audit", (context) => context.json(world.audit.since(Number(context.req.query("since") ?? 0))));
  app.get("/world", (context) => context.json(snapshot(world)));
  app.get("/snapshot", (context) => context.json(takeSnapshot(world)));
  app.put("/snapshot", async (context) => {
    loadSnapshot(world, await context.req.json());
    return context.body(null, 204);
  });
  app.post("/reset", (context) => {
    world.reset();
    return context.body(null, 204);
  });
  app.post("/keystores/:id", async (context) =>
    context.json(changeKeystore(world, context.req.param("id"), await context.req.json())),
  );
  app.post("/keys/:id", async (context) =>
    context.json(changeKey(world, context.req.param("id"), await context.req.json())),
  );
  return app;
}

/** Also at `/health`, where containers and clusters ask. */
export function healthOf({ instanceId, profile }: World): unknown {
  return { status: "ok", instanceId, profile };
}

function clockView(world: World): unknown {
  return { now: new Date(world.clock.nowMs()).toISOString(), frozen: world.clock.isFrozen, tickMs: world.clock.tickMs };
}
