/** Consoles of several people in this process, against one emulator, and browsers without a window that keep cookies. */

import { beforeEach } from "vitest";
import { openOperations } from "../../provider/compose/operations.ts";
import { buildConsole } from "../../provider/console/console-app.ts";
import type { ConsoleApp } from "../../provider/console/console-context.ts";
import { createLogin, type LoginOptions } from "../../provider/console/login.ts";
import type { SigningPlaces } from "../../provider/services/consents/consent-signatures.ts";
import { type CliStageOptions, useCliStage } from "../cli/cli-stage.ts";
import { type CliTestWorld, type Person, startCliWorld, unsigned, withoutPause } from "../cli/harness.ts";

export const host = "127.0.0.1:41234";
const address = `http://${host}`;

export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface TestConsole {
  /** The addresses to which forms are sent, as the application has them. */
  readonly forms: ReadonlySet<string>;
  readonly codes: readonly string[];
  /** Moves the time of the log-in. */
  advanceMs(ms: number): void;
  isLocked(): boolean;
  send(path: string, init?: RequestInit & { readonly headers?: Record<string, string> }): Promise<TestResponse>;
  /** A GET with the cookie. */
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  /** A POST of a page's own form: cookie, origin, CSRF token. */
  post(path: string, fields?: Readonly<Record<string, string>>): Promise<TestResponse>;
  /** The same, and the page of the result if the form started an act. */
  submit(path: string, fields?: Readonly<Record<string, string>>): Promise<TestResponse>;
  logIn(): Promise<TestResponse>;
  /** Opens the page of an act, fills in its form, and sends it. */
  act(key: string, operation: string, fields?: Readonly<Record<string, string>>): Promise<TestResponse>;
  close(): Promise<void>;
}

/** The values of the hidden fields of a page. */
export function hiddenIn(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries(Array.from(fields, ([, name = "", value = ""]) => [name, value]));
}

export function openConsole(
  world: Pick<CliTestWorld, "environmentOf">,
  who: Person,
  {
    campaign,
    signing = unsigned,
    // On a busy machine a read takes long; the status of the response comes with the content only.
    frameAfterMs = 60_000,
    ...over
  }: Partial<LoginOptions> & Pick<ConsoleApp, "campaign" | "frameAfterMs"> & { readonly signing?: SigningPlaces } = {},
): TestConsole {
  const outputs = { progress: { report: () => {} }, clock: withoutPause, signingPlaces: signing };
  const run = openOperations(world.environmentOf(who), outputs);
  const codes: string[] = [];
  let nowMs = 0;
  let isLocked = false;
  let cookie = "";
  let seed = 0;
  const login = createLogin({
    nowMs: () => nowMs,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => (seed = (seed * 31 + 7) % 251)),
    onCode: (code) => void codes.push(code),
    onLocked: () => {
      isLocked = true;
    },
    ...over,
  });
  const stop = new AbortController();
  const app = buildConsole({
    login,
    run,
    nowMs: () => nowMs,
    host: () => host,
    timeZone: "UTC",
    htmx: "/* htmx */",
    signal: stop.signal,
    frameAfterMs,
    ...(campaign !== undefined && { campaign }),
  });
  const send: TestConsole["send"] = async (path, { headers = {}, ...init } = {}) => {
    const response = await app.request(`${address}${path}`, { ...init, headers: { host, ...headers } });
    const set = response.headers.get("set-cookie");
    if (set !== null) cookie = set.split(";")[0] ?? "";
    const text = await response.text();
    if (/\[object |<code><\/code>/.test(text)) throw new Error(`${path} shows an object or an empty command`);
    return { status: response.status, headers: response.headers, text };
  };
  let csrf = "";
  const open: TestConsole["open"] = async (path, headers) => {
    const response = await send(path, { headers: { cookie, ...headers } });
    csrf = hiddenIn(response.text).csrf ?? csrf;
    return response;
  };
  const post: TestConsole["post"] = (path, fields = {}) =>
    send(path, {
      method: "POST",
      headers: { cookie, origin: address },
      body: new URLSearchParams({ csrf, ...fields }),
    });
  /** The page of the act once it has ended. */
  const ended = async (): Promise<TestResponse> => {
    for (;;) {
      const page = await open("/run");
      if (!page.text.includes("The act goes on in the process")) return page;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const submit: TestConsole["submit"] = async (path, fields) => {
    const sent = await post(path, fields);
    return sent.status === 303 && sent.headers.get("location") === "/run" ? ended() : sent;
  };
  return {
    forms: new Set(app.routes.flatMap(({ method, path }) => (method === "POST" ? [path] : []))),
    codes,
    advanceMs(ms) {
      nowMs += ms;
    },
    isLocked: () => isLocked,
    send,
    open,
    post,
    submit,
    logIn: () => post("/login", { code: codes.at(-1) ?? "" }),
    async act(key, operation, fields = {}) {
      const page = await open(`/keys/${key}/${operation}`);
      if (page.status !== 200) return page;
      return submit(`/keys/${key}/${operation}`, { ...hiddenIn(page.text), ...fields });
    },
    async close() {
      stop.abort();
      await run.close();
    },
  };
}

export { startCliWorld };

/** Opens the consoles of two people before each test, in a world that begins anew, and passes them on. */
export function useTwoPeople(
  [one, other]: readonly [Person, Person],
  use: (world: CliTestWorld, consoles: readonly [TestConsole, TestConsole]) => void,
  options?: CliStageOptions,
): void {
  const { world } = useCliStage(options);
  beforeEach(async () => {
    const consoles = [openConsole(world, one), openConsole(world, other)] as const;
    for (const each of consoles) await each.logIn();
    use(world, consoles);
    return async () => {
      for (const each of consoles) await each.close();
    };
  });
}
