import { createHash } from "node:crypto";
import { UnsecuredJWT } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { actorOf, createTokens, type TokenOptions, type Tokens } from "../../../provider/services/iam.ts";
import { aClient, never, type Reply, useScriptedServer } from "../scripted-server.ts";

const apiKey = "planted-SECRET_key";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const jwt = (claims: Record<string, unknown>): string => new UnsecuredJWT(claims).encode();
const person = {
  iam_id: "IBMid-A",
  sub: "a@example.com",
  name: "Alice Example",
  authn: { iam_id: "IBMid-A", sub: "a" },
};
const tokenReply = (claims: Record<string, unknown> = person, expiresIn: unknown = 3600): Reply => ({
  body: { access_token: jwt(claims), refresh_token: "not_supported", token_type: "Bearer", expires_in: expiresIn },
});

const server = useScriptedServer();
let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

const tokens = (fields: Partial<TokenOptions> = {}): Tokens =>
  createTokens({
    http: aClient().http,
    credential: { kind: "api_key", read: () => apiKey },
    endpoint: server.endpoint,
    sha256,
    monotonicMs: () => nowMs,
    ...fields,
  });

describe("a token from an API key", () => {
  test("is requested as the contract says, under every spelling of the endpoint", async () => {
    server.script(tokenReply());
    for (const suffix of ["", "/", "/identity", "/identity/token"]) {
      await tokens({ endpoint: { url: `${server.url}${suffix}`, source: "environment", role: "iam" } }).token(never());
    }
    for (const request of server.asked) {
      expect(request).toMatchObject({ method: "POST", path: "/identity/token" });
      expect(request.headers["content-type"]).toBe("application/x-www-form-urlencoded");
      expect(request.body).toBe(`grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=${apiKey}`);
    }
    expect(server.asked).toHaveLength(4);
  });

  test("reports when IAM issued the latest token of a run, and nothing if the token does not say", async () => {
    server.respond(() => tokenReply({ ...person, iat: 1_800_000_000 + server.asked.length }));
    const source = tokens();
    expect(source.issuedAtMs()).toBeUndefined();
    await source.token(never());
    expect(source.issuedAtMs()).toBe(1_800_000_001_000);
    nowMs = 3_000_000;
    await source.token(never());
    expect(source.issuedAtMs()).toBe(1_800_000_002_000);
    const fixed = (claims: object) =>
      tokens({ credential: { kind: "token", read: () => jwt({ ...person, ...claims }) } }).issuedAtMs();
    expect(fixed({ iat: 1_800_000_000 })).toBe(1_800_000_000_000);
    for (const iat of [undefined, "1800000000", -1, 1.5]) expect(fixed({ iat })).toBeUndefined();
    const opaque = tokens({ credential: { kind: "token", read: () => "opaque" } });
    expect(opaque.issuedAtMs()).toBeUndefined();
  });

  test("is kept until 80 % of its life", async () => {
    server.respond(() => tokenReply({ ...person, jti: server.asked.length }));
    const source = tokens();
    const first = await source.token(never());
    nowMs = 2_879_999;
    expect(await source.token(never())).toBe(first);
    nowMs = 2_880_000;
    expect(await source.token(never())).not.toBe(first);
    expect(server.asked).toHaveLength(2);
  });

  test("is renewed at least 60 s before its end", async () => {
    server.script(tokenReply(person, "100"));
    const source = tokens();
    await source.token(never());
    nowMs = 39_999;
    await source.token(never());
    expect(server.asked).toHaveLength(1);
    nowMs = 40_000;
    await source.token(never());
    expect(server.asked).toHaveLength(2);
  });

  test("remains in use while a renewal fails and it is still valid, and no longer", async () => {
    server.script(tokenReply(), { status: 400, body: { errorCode: "BXNIM0106E" } });
    const source = tokens();
    const first = await source.token(never());
    nowMs = 2_900_000;
    expect(await source.token(never())).toBe(first);
    nowMs += 59_999;
    await source.token(never());
    expect(server.asked).toHaveLength(2);
    nowMs = 3_550_000;
    await expect(source.token(never())).rejects.toMatchObject({ code: "UKO_CREDENTIAL_REFUSED" });
  });

  test("is requested once for many concurrent callers, and one canceled caller does not stop the others", async () => {
    server.script({ ...tokenReply(), latencyMs: 50 });
    const source = tokens();
    const stop = new AbortController();
    const all = [source.token(stop.signal), source.token(never()), source.token(never())];
    stop.abort();
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(server.asked).toHaveLength(1);
  });

  test("is requested anew once after a 401, however many callers were refused", async () => {
    server.respond(() => tokenReply({ ...person, jti: server.asked.length }));
    const source = tokens();
    const first = await source.token(never());
    const renewed = await Promise.all([source.renew(first, never()), source.renew(first, never())]);
    expect(new Set(renewed).size).toBe(1);
    expect(await source.renew(first, never())).toBe(renewed[0]);
    expect(server.asked).toHaveLength(2);
  });

  test("may not belong to another identity than at the start of the run", async () => {
    server.script(tokenReply(), tokenReply({ iam_id: "IBMid-B", authn: { iam_id: "IBMid-B" } }));
    const source = tokens();
    const first = await source.token(never());
    await expect(source.renew(first, never())).rejects.toMatchObject({ code: "UKO_CREDENTIAL_REFUSED" });
    expect(await source.token(never())).toBe(first);
  });
});

describe("a refused API key", () => {
  const refusal = async (reply: Reply): Promise<{ code: string; text: string }> => {
    server.script(reply);
    try {
      await tokens().token(never());
    } catch (error) {
      const { code, message, data } = error as { code: string; message: string; data: unknown };
      return { code, text: `${message}${JSON.stringify(data)}` };
    }
    throw new Error("was accepted");
  };

  test("is reported with IAM's code, the transaction and the next step, and never with the key", async () => {
    const { code, text } = await refusal({
      status: 400,
      headers: { "Transaction-Id": "trace-7" },
      body: {
        errorCode: "BXNIM0415E",
        errorMessage: `Provided API key ${apiKey} could not be \u001b[31mfound.`,
        errorDetails: apiKey,
      },
    });
    expect(code).toBe("UKO_CREDENTIAL_REFUSED");
    expect(text).toContain("BXNIM0415E");
    expect(text).toContain("UKO_API_KEY");
    expect(text).toContain("trace-7");
    expect(text).not.toContain(apiKey);
    expect(text).not.toContain("\u001b");
  });

  test.each([
    [401, "UKO_CREDENTIAL_REFUSED"],
    [403, "UKO_CREDENTIAL_REFUSED"],
    [404, "UKO_CREDENTIAL_REFUSED"],
    [302, "UKO_RESPONSE_INVALID"],
    [429, "UKO_SERVICE_UNAVAILABLE"],
    [504, "UKO_SERVICE_UNAVAILABLE"],
  ])("status %i is %s, JSON or not", async (status, expected) => {
    const { code, text } = await refusal({ status, body: `<html>${apiKey}</html>` });
    expect(code).toBe(expected);
    expect(text).not.toContain(apiKey);
  });

  test("a 200 without a token is an unreadable answer", async () => {
    expect((await refusal({ body: { access_token: "two words" } })).code).toBe("UKO_RESPONSE_INVALID");
    expect((await refusal({ body: "x" })).code).toBe("UKO_RESPONSE_INVALID");
  });

  test.each(["", "a b", "line\n", "ключ"])("an invalid credential is not sent: %j", async (secret) => {
    for (const kind of ["api_key", "token"] as const) {
      const source = tokens({ credential: { kind, read: () => secret } });
      await expect(source.token(never())).rejects.toMatchObject({ code: "UKO_CREDENTIAL_REFUSED" });
    }
    expect(server.asked).toEqual([]);
  });
});

describe("a configured token", () => {
  test("is sent unchanged, and has no successor", async () => {
    const configured = jwt(person);
    const source = tokens({ credential: { kind: "token", read: () => configured } });
    expect(await source.token(never())).toBe(configured);
    expect(await source.renew(configured, never())).toBeUndefined();
    expect((await source.actor(never())).displayName).toBe("Alice Example");
    expect(server.asked).toEqual([]);
  });
});

describe("the actor", () => {
  const actor = (claims: Record<string, unknown>) => actorOf(jwt(claims), sha256);

  test("is the person, who writes as themselves", () => {
    const mark = sha256("IBMid-A").slice(0, 16);
    expect(actor(person)).toEqual({
      identity: { iamId: "IBMid-A", mark },
      writesAs: { iamId: "IBMid-A", mark },
      displayName: "Alice Example",
    });
  });

  test("in a profile is the person behind it, and writes as the profile", () => {
    const claims = {
      iam_id: "iam-Profile-1",
      sub_type: "Profile",
      name: "key-custodians",
      authn: { iam_id: "IBMid-D", sub: "dave@example.com", name: "Dave Example" },
    };
    expect(actor(claims)).toMatchObject({
      identity: { iamId: "IBMid-D" },
      writesAs: { iamId: "iam-Profile-1" },
      displayName: "Dave Example",
    });
  });

  test("in a profile without a person behind it is unknown", () => {
    for (const claims of [
      { iam_id: "iam-Profile-1", name: "p" },
      { iam_id: "iam-Profile-1", authn: {} },
      { iam_id: "IBMid-A", sub_type: "Profile" },
    ]) {
      expect(actor(claims)).not.toHaveProperty("identity");
    }
  });

  test("whose authn names no person is unknown: the token's own ID may be another person's", () => {
    expect(actor({ iam_id: "IBMid-A", authn: { sub: "someone" } })).not.toHaveProperty("identity");
  });

  test("without authn is the token's own identity", () => {
    expect(actor({ iam_id: "iam-ServiceId-1", sub_type: "ServiceId", name: "pipeline" })).toMatchObject({
      identity: { iamId: "iam-ServiceId-1" },
      displayName: "pipeline",
    });
  });

  test("of a token without an identity, or that is not a JWT, has no identity but a name for messages", () => {
    for (const text of [jwt({ sub: "someone" }), "opaque", "a.b.c"]) {
      const found = actorOf(text, sha256);
      expect(found).not.toHaveProperty("identity");
      expect(found).not.toHaveProperty("writesAs");
      expect(found.displayName).not.toBe("");
    }
  });

  test("cannot imitate another person's ID with invisible characters", () => {
    for (const id of ["IBMid-A\u200b", "IBMid-A ", "IBMid-A\n", ""]) {
      expect(actor({ iam_id: id, authn: { iam_id: id } })).not.toHaveProperty("identity");
    }
  });

  test("cannot write to the terminal through their name", () => {
    expect(actor({ ...person, name: "Al\u001b[2Jice\u202e" }).displayName).toBe("Al\\u{1b}[2Jice\\u{202e}");
  });
});
