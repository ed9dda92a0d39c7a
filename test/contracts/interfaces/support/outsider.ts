/** Calls without `uko`: a colleague in the console, a script, a forger. Their user agent tells the oracle not to judge them. */

export const outsiderAgent = "outsider";

export interface OutsiderAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many kinds, which only tests read.
  readonly body: any;
}

/** One identity with an API key, speaking plain HTTP to the service. */
export interface Outsider {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<OutsiderAnswer>;
  /** Creates an active key, by default from template `payroll`, and returns its body. */
  create(fields?: Readonly<Record<string, unknown>>): Promise<OutsiderAnswer>;
  /** Changes fields with the ETag of a fresh look; throws unless the service accepts it. */
  patch(keyId: string, fields: Readonly<Record<string, unknown>>): Promise<OutsiderAnswer>;
  /** `activate`, `deactivate`, `destroy`, `reactivate`…, likewise. */
  act(keyId: string, action: string): Promise<OutsiderAnswer>;
  remove(keyId: string): Promise<OutsiderAnswer>;
}

export function asOutsider(url: string, apiKey: string): Outsider {
  let token = "";
  const authorize = async (): Promise<void> => {
    const form = new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey });
    const answer = await fetch(`${url}/identity/token`, {
      method: "POST",
      body: form,
      headers: { "user-agent": outsiderAgent },
    });
    token = ((await answer.json()) as { access_token: string }).access_token;
  };
  const once = async (
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<OutsiderAnswer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "user-agent": outsiderAgent,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") === true;
    return {
      status: answer.status,
      etag: answer.headers.get("etag") ?? undefined,
      body: isJson ? JSON.parse(text) : text,
    };
  };
  const call: Outsider["call"] = async (method, path, body, headers = {}) => {
    const first = token === "" ? undefined : await once(method, path, body, headers);
    if (first !== undefined && first.status !== 401) return first;
    // The clock may have been advanced past the token's hour.
    await authorize();
    return once(method, path, body, headers);
  };
  const write = async (method: string, keyId: string, rest: string, body?: unknown): Promise<OutsiderAnswer> => {
    const key = `/api/v4/managed_keys/${keyId}`;
    const { etag = "" } = await call("GET", key);
    const answer = await call(method, `${key}${rest}`, body, { "if-match": etag });
    if (answer.status < 300) return answer;
    throw new Error(`The service refused ${method} ${key}${rest}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  return {
    call,
    create: async (fields = {}) => {
      const body = {
        template_name: "payroll",
        vault: { id: "5c1e0000-0000-4000-8000-000000000001" },
        label: "payroll",
        ...fields,
      };
      const answer = await call("POST", "/api/v4/managed_keys", body);
      if (answer.status < 300) return answer;
      throw new Error(`The service refused to create a key: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    patch: (keyId, fields) => write("PATCH", keyId, "", fields),
    act: (keyId, action) => write("POST", keyId, `/${action}`),
    remove: (keyId) => write("DELETE", keyId, ""),
  };
}
