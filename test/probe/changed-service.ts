/**
 * A service that differs from the emulator in one way: a server in front of an emulator, which changes responses before
 * a client sees them. A change sees the service's own form of a request, and what the emulator answered.
 */

import { createServer, type IncomingMessage, request as send } from "node:http";

export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

export interface Change {
  /** The response that the client gets; undefined if it is not changed. */
  readonly response: (seen: Seen) => Partial<Pick<Seen, "status" | "headers" | "body">> | undefined;
  /** What a client of the changed service sends as `If-Match`, in the emulator's form. */
  readonly etag?: (sent: string) => string;
}

export async function startChangedService(emulator: string, { response, etag = (sent) => sent }: Change) {
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const match = headers["if-match"];
    const forwarded = { ...headers, ...(match !== undefined && { "if-match": etag(match) }) };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      incoming.pipe(send(`${emulator}${path}`, { method, headers: forwarded }, resolve).on("error", reject));
    });
    const text = await textOf(answer);
    const { "content-length": _length, "transfer-encoding": _encoding, ...kept } = answer.headers;
    const own = Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)]));
    const seen = { method, path, status: answer.statusCode ?? 0, headers: own, body: parsed(text) };
    const changed = { ...seen, ...response(seen) };
    // Node would add a date of its own.
    outgoing.sendDate = false;
    outgoing.writeHead(changed.status, changed.headers);
    const isEmpty = changed.status === 204 || method === "HEAD" || changed.body === "";
    outgoing.end(isEmpty ? undefined : typeof changed.body === "string" ? changed.body : JSON.stringify(changed.body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The body with each member of that name replaced, at any depth; `undefined` leaves the member out. */
export function withMember(body: unknown, name: string, replace: (value: unknown) => unknown): unknown {
  if (Array.isArray(body)) return body.map((each) => withMember(each, name, replace));
  if (typeof body !== "object" || body === null) return body;
  const members = Object.entries(body).map(([each, value]) => [
    each,
    each === name ? replace(value) : withMember(value, name, replace),
  ]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}
