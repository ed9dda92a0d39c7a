/** Another user of the machine finds the port of the native plugin. Point 8 of issue 12. */

import { spawnSync } from "node:child_process";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { type Plugin, statusOf } from "../pulumi-plugin/engine.ts";
import { news, usePluginStage } from "../pulumi-plugin/plugin-stage.ts";

const stage = usePluginStage();
const stranger = 65_534;
const isRoot = process.getuid?.() === 0;
const reason = isRoot ? "" : " (left out: only root can start a process of another user)";

/** Calls a method over HTTP/2 with an empty message, and returns the result of the call. */
const caller = `
const [port, method] = process.argv.slice(1);
const client = require("node:http2").connect("http://127.0.0.1:" + port);
const say = (text) => { console.log(text); process.exit(0); };
client.on("error", (error) => say("refused " + error.code));
client.on("close", () => say("refused closed"));
const call = client.request({ ":method": "POST", ":path": "/pulumirpc.ResourceProvider/" + method, "content-type": "application/grpc", te: "trailers" });
call.on("error", (error) => say("refused " + error.code));
call.on("response", (headers) => headers["grpc-status"] === undefined || say("answered " + headers["grpc-status"]));
call.on("trailers", (trailers) => say("answered " + trailers["grpc-status"]));
call.end(Buffer.alloc(5));
`;

/** Writes a whole Cancel call in one packet and closes the socket at once: Linux shows closed sockets as owned by root. */
const hitAndRun = `
const [port] = process.argv.slice(1);
const field = (name, value) => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
const frame = (type, flags, stream, body) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3); head[3] = type; head[4] = flags; head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
};
const headers = Buffer.concat([field(":method", "POST"), field(":scheme", "http"), field(":path", "/pulumirpc.ResourceProvider/Cancel"), field(":authority", "x"), field("content-type", "application/grpc"), field("te", "trailers")]);
const all = Buffer.concat([Buffer.from("PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"), frame(4, 0, 0, Buffer.alloc(0)), frame(1, 4, 1, headers), frame(0, 1, 1, Buffer.alloc(5))]);
const socket = require("node:net").connect(Number(port), "127.0.0.1", () => socket.write(all, () => socket.END()));
socket.on("error", () => {});
socket.on("close", () => process.exit(0));
`;

function run(script: string, plugin: Plugin, method: string, uid?: number): string {
  const port = /^(\d+)\n/.exec(plugin.written())?.[1] ?? "";
  const user = uid === undefined ? {} : { uid, gid: uid };
  const ended = spawnSync(process.execPath, ["-e", script, port, method], { ...user, cwd: "/", timeout: 20_000 });
  if (ended.error !== undefined) throw ended.error;
  return `${ended.stdout}${ended.stderr}`.trim();
}

const orphan = hitAndRun.replace("socket.END()", "socket.destroy()");
const patient = hitAndRun.replace("socket.END()", "setTimeout(() => socket.destroy(), 1000)");
const isCanceled = async (plugin: Plugin) =>
  (await statusOf(plugin.create((await plugin.check(news())).inputs).then(() => Promise.reject({ code: status.OK }))))
    .code === status.CANCELLED;

describe.runIf(isRoot)(`another user of the machine${reason}`, () => {
  test.each(["Cancel", "Attach", "Configure", "Delete", "Handshake"])(
    "calls %s on the port it found, and the plugin closes the connection unread",
    (method) => {
      expect(run(caller, stage.bob, method, stranger)).toMatch(/^refused /);
      expect(run(caller, stage.bob, method)).toMatch(/^answered /);
    },
  );

  test("calls Cancel and closes the socket at once, so that it appears to be root's: the run continues", async () => {
    await stage.bob.beginRun();
    for (const script of [orphan, patient]) run(script, stage.bob, "Cancel", stranger);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await isCanceled(stage.bob)).toBe(false);
  });

  test("is reported in the run once", async () => {
    const plugin = await stage.another(stage.environmentOf("bob"));
    for (let time = 0; time < 3; time += 1) run(caller, plugin, "Cancel", stranger);
    await expect
      .poll(() => plugin.log.map(({ message }) => message))
      .toEqual([
        expect.stringMatching(/^Another user of this machine tried to connect to the provider and was refused/),
      ]);
  });
});

test("the same user is served, and its Cancel stops the run", async () => {
  await stage.bob.beginRun();
  run(patient, stage.bob, "Cancel");
  await expect.poll(() => isCanceled(stage.bob)).toBe(true);
  await stage.bob.beginRun();
});
