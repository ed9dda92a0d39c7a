/** Calls without `uko`: a colleague in the console, a script, a forger. Their user agent tells the oracle not to judge them. */

export const outsiderAgent = "outsider";

export interface OutsiderResponse {
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
  ): Promise<OutsiderResponse>;
  /** Creates an active key, by default from template `payroll`, and returns its body. */
  create(fields?: Readonly<Record<string, unknown>>): Promise<OutsiderResponse>;
  /** Changes fields with the ETag of a fresh look; throws unless the service accepts it. */
  patch(keyId: string, fields: Readonly<Record<string, unknown>>): Promise<OutsiderResponse>;
  /** `activate`, `deactivate`, `destroy`, `reactivate`…, likewise. */
  act(keyId: string, action: string): Promise<OutsiderResponse>;
  remove(keyId: string): Promise<OutsiderResponse>;
}

export function asOutsider(url: string, apiKey: string): Outsider {
  let token = "";
  const authorize = async (): Promise<void> => {
    const form = new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey });
    const response = await fetch(`${url}/identity/token`, {
      method: "POST",
      body: form,
      headers: { "user-agent": outsiderAgent },
    });
    token = ((await response.json()) as { access_token: string }).access_token;
  };
  const once = async (
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<OutsiderResponse> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "user-agent": outsiderAgent,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
      status: response.status,
      etag: response.headers.get("etag") ?? undefined,
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
  const write = async (method: string, keyId: string, rest: string, body?: unknown): Promise<OutsiderResponse> => {
    const key = `/api/v4/managed_keys/${keyId}`;
    const { etag = "" } = await call("GET", key);
    const response = await call(method, `${key}${rest}`, body, { "if-match": etag });
    if (response.status < 300) return response;
    throw new Error(`The service refused ${method} ${key}${rest}: ${response.status} ${JSON.stringify(response.body)}`);
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
      const response = await call("POST", "/api/v4/managed_keys", body);
      if (response.status < 300) return response;
      throw new Error(`The service refused to create a key: ${response.status} ${JSON.stringify(response.body)}`);
    },
    patch: (keyId, fields) => write("PATCH", keyId, "", fields),
    act: (keyId, action) => write("POST", keyId, `/${action}`),
    remove: (keyId) => write("DELETE", keyId, ""),
  };
}
