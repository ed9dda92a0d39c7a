/** A client of one connection and Node's own HTTP, for a bench of the emulator alone. */

import { Agent, type IncomingMessage, request } from "node:http";

export interface TestResponse {
  readonly body: unknown;
  readonly etag: string;
}

export class BareClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;
  readonly #instanceId: string;
  #token = "";

  constructor(url: string, instanceId: string) {
    this.#url = url;
    this.#instanceId = instanceId;
  }

  async logIn(apikey: string): Promise<void> {
    const form = new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const { body } = await this.#send("POST", "/identity/token", form.toString(), type);
    this.#token = (body as { access_token: string }).access_token;
  }

  call(
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<TestResponse> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const own = { authorization: `Bearer ${this.#token}`, "bluemix-instance": this.#instanceId };
    return this.#send(method, path, text, { ...own, ...headers });
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, text: string, headers: Record<string, string>): Promise<TestResponse> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.#url}${path}`, { agent: this.#agent, method, headers }, (response) =>
        readResponse(response, path).then(resolve, reject),
      );
      outgoing.once("error", reject);
      outgoing.end(text);
    });
  }
}

async function readResponse(response: IncomingMessage, path: string): Promise<TestResponse> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return { body: JSON.parse(text), etag: response.headers.etag ?? "" };
}
