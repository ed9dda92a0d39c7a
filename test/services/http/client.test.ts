import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { BearerSource, HttpRequest } from "../../../provider/services/http/client.ts";
import { aClient, never, serviceTimeMs, useScriptedServer } from "../scripted-server.ts";

const server = useScriptedServer();

const request = (fields: Partial<HttpRequest> = {}): HttpRequest => ({
  endpoint: server.endpoint,
  method: "GET",
  path: (base) => `${base}/identity/token`,
  resend: "always",
  signal: never(),
  ...fields,
});

/** Tokens t1, t2, …: each renewal returns the next, up to the last. */
function bearer(tokens = 2): BearerSource & { readonly read: string[] } {
  const read: string[] = [];
  return {
    read,
    token: async () => {
      read.push("token");
      return "secret-t1";
    },
    renew: async (rejected) => {
      read.push(`renew ${rejected}`);
      return tokens > 1 ? "secret-t2" : undefined;
    },
  };
}

describe("a credential", () => {
  test("is not read for a host that may not receive it", async () => {
    const source = bearer();
    let bodies = 0;
    const sent = aClient().http.send(
      request({
        endpoint: { url: server.url, source: "stored", role: "iam" },
        bearer: source,
        body: () => {
          bodies += 1;
          return "apikey=x";
        },
      }),
    );
    await expect(sent).rejects.toMatchObject({ code: "UKO_HOST_NOT_ALLOWED" });
    expect(source.read).toEqual([]);
    expect(bodies).toBe(0);
    expect(server.asked).toEqual([]);
  });

  test("is not sent along a redirect", async () => {
    server.script({ status: 302, headers: { location: "https://evil.example/" } });
    const response = await aClient().http.send(request({ bearer: bearer() }));
    expect(response).toMatchObject({ kind: "response", status: 302 });
    expect(server.asked).toHaveLength(1);
  });

  test("is removed from a response that repeats it", async () => {
    server.script({ status: 400, body: { errors: [{ message: "Bad token secret-t1" }] } });
    const response = await aClient().http.send(request({ bearer: bearer() }));
    expect(JSON.stringify(response)).not.toContain("secret-t1");
  });
});

describe("after a 401, the client", () => {
  test("sends a read and a change once more with a fresh token", async () => {
    for (const resend of ["always", "after_429", "never"] as const) {
      server.asked.length = 0;
      server.script({ status: 401 }, { status: 200 });
      const response = await aClient().http.send(request({ method: "POST", resend, bearer: bearer() }));
      expect(response).toMatchObject({ status: 200 });
      expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
        "Bearer secret-t1",
        "Bearer secret-t2",
      ]);
    }
  });

  test("sends them once more at most", async () => {
    server.script({ status: 401 });
    const response = await aClient().http.send(request({ bearer: bearer() }));
    expect(response).toMatchObject({ status: 401 });
    expect(server.asked).toHaveLength(2);
  });

  test("sends nothing if no other token is available", async () => {
    server.script({ status: 401 });
    await aClient().http.send(request({ bearer: bearer(1) }));
    expect(server.asked).toHaveLength(1);
  });
});

describe("the client", () => {
  test("repeats a read after three failures, and waits in between", async () => {
    server.script(
      { cut: "before" },
      { status: 503 },
      { status: 429, headers: { "retry-after": "3" } },
      { status: 200 },
    );
    const { http, waits } = aClient();
    expect(await http.send(request())).toMatchObject({ status: 200 });
    expect(waits).toEqual([250, 500, 3_000]);
  });

  test("stops repeating a read after four attempts, with the last answer", async () => {
    server.script({ status: 503 });
    expect(await aClient().http.send(request())).toMatchObject({ status: 503 });
    expect(server.asked).toHaveLength(4);
  });

  test.each([["before"], ["within"]] as const)(
    "never repeats a change whose response was cut %s it ended",
    async (cut) => {
      server.script({ cut }, { status: 200 });
      const end = await aClient().http.send(request({ method: "POST", resend: "after_429" }));
      expect(end).toMatchObject({ kind: "none", why: "broken" });
      expect(server.asked).toHaveLength(1);
    },
  );

  test.each(["after_429", "never"] as const)(
    "repeats a change that no connection carried, and states in its last error that the change was not sent (%s)",
    async (resend) => {
      const { http, waits } = aClient();
      const closed = { ...server.endpoint, url: "http://127.0.0.1:1" };
      expect(await http.send(request({ endpoint: closed, method: "POST", resend }))).toEqual({
        ...{ kind: "none", why: "broken", isUnsent: true, silentHere: "127.0.0.1:1", endpoint: closed },
        reason: expect.stringMatching(
          /^the connection to 127\.0\.0\.1:\d+ failed \(ECONNREFUSED\), so nothing was sent$/,
        ),
      });
      expect(waits).toHaveLength(3);
    },
  );

  test.each([500, 502, 503, 504])("never repeats a change answered with %i", async (status) => {
    server.script({ status, headers: { "retry-after": "1" } }, { status: 200 });
    expect(await aClient().http.send(request({ method: "POST", resend: "after_429" }))).toMatchObject({ status });
    expect(server.asked).toHaveLength(1);
  });

  test("repeats a change answered with 429, but not a creation", async () => {
    server.script({ status: 429, headers: { "retry-after": "1" } }, { status: 200 });
    const { http } = aClient();
    expect(await http.send(request({ method: "POST", resend: "after_429" }))).toMatchObject({ status: 200 });
    server.script({ status: 429 }, { status: 200 });
    expect(await http.send(request({ method: "POST", resend: "never" }))).toMatchObject({ status: 429 });
  });
});

describe("a call", () => {
  test("ends at its deadline, whether the service answers or not", async () => {
    server.script({ silent: true });
    const end = await aClient({ deadlineMs: 150 }).http.send(request());
    expect(end).toMatchObject({ kind: "none", why: "deadline" });
  });

  test("leaves nothing on the caller's signal", async () => {
    server.script({});
    const { signal } = new AbortController();
    await aClient().http.send(request({ signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("stops reading a response of more than 32 MiB", async () => {
    server.script({ body: "x".repeat(32 * 1024 * 1024 + 1) });
    expect(await aClient().http.send(request())).toMatchObject({ kind: "none", why: "too_large" });
  });

  test("returns the service's Date, and none if the Date is not valid", async () => {
    server.script({}, { headers: { date: "yesterday" } }, { headers: { date: null } });
    const { http } = aClient();
    expect(await http.send(request())).toMatchObject({ serviceTimeMs });
    expect(await http.send(request())).toMatchObject({ serviceTimeMs: undefined });
    expect(await http.send(request())).toMatchObject({ serviceTimeMs: undefined });
  });

  test("ends with an error if canceled before the request is sent; afterwards the result is unknown", async () => {
    const { http } = aClient();
    await expect(http.send(request({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect(server.asked).toHaveLength(0);
    server.script({ silent: true });
    const stop = new AbortController();
    const sent = http.send(request({ method: "POST", resend: "after_429", signal: stop.signal }));
    await expect.poll(() => server.asked.length).toBe(1);
    stop.abort();
    expect(await sent).toMatchObject({ kind: "none", why: "canceled" });
  });

  describe("if canceled while it waits for the next attempt", () => {
    const sendCanceled = (fields: Partial<HttpRequest>) => {
      const stop = new AbortController();
      const { http } = aClient({
        sleep: async (_, signal) => {
          stop.abort();
          signal.throwIfAborted();
        },
      });
      return http.send(request({ ...fields, signal: stop.signal }));
    };

    test("ends a read with an error", async () => {
      server.script({ status: 503 });
      await expect(sendCanceled({})).rejects.toMatchObject({ code: "UKO_CANCELED" });
      expect(server.asked).toHaveLength(1);
    });

    test("returns the refusal of a change, because its result is certain", async () => {
      server.script({ status: 429 });
      expect(await sendCanceled({ method: "POST", resend: "after_429" })).toMatchObject({ status: 429 });
      expect(server.asked).toHaveLength(1);
    });
  });

  test("says of a call without a token in time that it was not sent", async () => {
    const late: BearerSource = {
      ...bearer(),
      token: (signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    };
    const end = await aClient({ deadlineMs: 20 }).http.send(request({ method: "POST", resend: "never", bearer: late }));
    expect(end).toMatchObject({ kind: "none", why: "deadline", isUnsent: true });
    expect(server.asked).toHaveLength(0);
  });
});

describe("a service that is overloaded", () => {
  const bearer = { token: async () => "token", renew: async () => undefined };

  test("gets no call of the run before the time that it names", async () => {
    server.script({ status: 429, headers: { "retry-after": "3" } }, {});
    const { http, waits } = aClient();
    await http.send(request({ bearer, resend: "never" }));
    await http.send(request({ bearer }));
    await http.send(request({ bearer }));
    expect(waits).toEqual([3000]);
  });

  test("gets fewer calls at a time, and then more again", async () => {
    server.script({ status: 503 });
    const { http } = aClient();
    await http.send(request({ bearer, resend: "never" }));
    // The limit is halved to 4. Twelve answers raise it by less than 3, so that 8 are out of reach.
    server.script({ latencyMs: 20 });
    await Promise.all(Array.from({ length: 12 }, () => http.send(request({ bearer }))));
    expect(server.mostAtOnce()).toBeLessThan(8);
    server.script({ latencyMs: 100 });
    await Promise.all(Array.from({ length: 12 }, () => http.send(request({ bearer }))));
    expect(server.mostAtOnce()).toBeGreaterThan(4);
  });

  test("still ends a call that is canceled while it waits", async () => {
    server.script({ status: 429, headers: { "retry-after": "3" } }, {});
    const { http } = aClient();
    const stop = new AbortController();
    await http.send(request({ bearer, resend: "never" }));
    stop.abort();
    await expect(http.send(request({ bearer, signal: stop.signal }))).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect(server.asked).toHaveLength(1);
  });
});

test("the number of concurrent calls never exceeds the limit", async () => {
  server.script({ latencyMs: 20 });
  const { http } = aClient({ maxConcurrentCalls: 3 });
  await Promise.all(Array.from({ length: 12 }, () => http.send(request())));
  expect(server.asked).toHaveLength(12);
  expect(server.mostAtOnce()).toBe(3);
});

describe("queued calls", () => {
  const bearer = { token: async () => "token", renew: async () => undefined };

  test("have their whole deadline once they start, in the order in which they came", async () => {
    // Five answers take longer than a deadline, and a deadline has room for one on a busy machine.
    server.script({ latencyMs: 300 });
    const { http } = aClient({ maxConcurrentCalls: 1, deadlineMs: 1_200 });
    const names = ["a", "b", "c", "d", "e"];
    const ends = await Promise.all(names.map((name) => http.send(request({ bearer, path: () => `/${name}` }))));
    expect(ends.map(({ kind }) => kind)).toEqual(names.map(() => "response"));
    expect(server.asked.map(({ path }) => path)).toEqual(names.map((name) => `/${name}`));
  });

  test("come after writes, since a record that is written late does not count", async () => {
    server.script({ latencyMs: 20 });
    const { http } = aClient({ maxConcurrentCalls: 1 });
    const calls = [
      ["GET", "/a"],
      ["GET", "/b"],
      ["PATCH", "/api/v4/vaults/c"],
      ["GET", "/d"],
      ["POST", "/api/v4/vaults"],
    ] as const;
    await Promise.all(calls.map(([method, path]) => http.send(request({ bearer, method, path: () => path }))));
    expect(server.asked.map(({ path }) => path)).toEqual(["/a", "/api/v4/vaults/c", "/api/v4/vaults", "/b", "/d"]);
  });

  test("are not sent if canceled, and let the next one pass", async () => {
    server.script({ latencyMs: 30 });
    const { http } = aClient({ maxConcurrentCalls: 1 });
    const stop = new AbortController();
    const first = http.send(request({ bearer }));
    const stopped = http.send(request({ bearer, signal: stop.signal }));
    const last = http.send(request({ bearer }));
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect([(await first).kind, (await last).kind]).toEqual(["response", "response"]);
    expect(server.asked).toHaveLength(2);
  });

  test("never wait for a token that waits for them", async () => {
    server.script({});
    const { http } = aClient({ maxConcurrentCalls: 1 });
    const token = async (): Promise<string> => (await http.send(request())).kind;
    expect(await http.send(request({ bearer: { ...bearer, token } }))).toMatchObject({ status: 200 });
  });
});

test.each(["x-correlation-id", "correlation-id", "Transaction-Id"])("%s is the correlation ID", async (name) => {
  server.script({ headers: { [name]: "id-1" } });
  expect(await aClient().http.send(request())).toMatchObject({ correlationId: "id-1" });
});
