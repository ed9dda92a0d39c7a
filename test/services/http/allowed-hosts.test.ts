import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideHost, type EndpointSource, requireAllowedHost } from "../../../provider/services/http/allowed-hosts.ts";

const sources: readonly EndpointSource[] = ["environment", "stored", "broker", "built_in"];
const isAllowed = (url: string, source: EndpointSource = "stored", hosts: readonly string[] = []): boolean =>
  decideHost({ url, source }, hosts).kind === "allowed";

describe("IBM's own hosts may receive a credential, whoever named them", () => {
  test.each([
    "https://iam.cloud.ibm.com",
    "https://private.iam.cloud.ibm.com",
    "https://eu-de.broker.hs-crypto.cloud.ibm.com",
    "https://uko.us-south.hs-crypto.cloud.ibm.com:19999",
    "https://0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e.uko.eu-de.hs-crypto.appdomain.cloud",
    "https://0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e.api.private.eu-de.hs-crypto.appdomain.cloud/api/v2/",
    "https://abc.api.eu-de.kms.appdomain.cloud",
    "HTTPS://IAM.Cloud.IBM.com",
  ])("%s", (url) => {
    for (const source of sources) expect(isAllowed(url, source)).toBe(true);
  });
});

describe("what only looks like IBM's host may not", () => {
  test.each([
    ["no dot before the suffix", "https://evilcloud.ibm.com"],
    ["the suffix alone", "https://cloud.ibm.com"],
    ["the suffix in the middle", "https://iam.cloud.ibm.com.evil.example"],
    ["a dot at the end", "https://iam.cloud.ibm.com."],
    ["an empty label", "https://evil..cloud.ibm.com"],
    ["nothing before the suffix", "https://.cloud.ibm.com"],
    ["a user before an evil host", "https://iam.cloud.ibm.com@evil.example"],
    ["a user before the true host", "https://alice:secret@iam.cloud.ibm.com"],
    ["a backslash", "https://evil.example\\.cloud.ibm.com"],
    ["a hash", "https://evil.example#.cloud.ibm.com"],
    ["a query", "https://evil.example?.cloud.ibm.com"],
    ["a path", "https://evil.example/.cloud.ibm.com"],
    ["an escape", "https://evil%2ecloud.ibm.com"],
    ["a wide full stop", "https://iam。cloud.ibm.com"],
    ["another alphabet", "https://iam.clоud.ibm.com"],
    ["a tab", "https://iam.cloud.\tibm.com"],
    ["a line end", "https://iam.cloud.ibm.com\n.evil.example"],
    ["a blank in front", " https://iam.cloud.ibm.com"],
    ["an underscore", "https://evil_.cloud.ibm.com"],
    ["another scheme", "ftp://iam.cloud.ibm.com"],
    ["no scheme", "iam.cloud.ibm.com"],
    ["no authority", "https:iam.cloud.ibm.com"],
    ["a way up in the path", "https://iam.cloud.ibm.com/a/../b"],
    ["a neighbouring domain", "https://x.appdomain.cloud"],
    ["a storage bucket there", "https://bucket.s3.eu-de.cloud-object-storage.appdomain.cloud"],
    ["plain http", "http://iam.cloud.ibm.com"],
    ["an odd port number", "https://iam.cloud.ibm.com:99999"],
  ])("%s", (_, url) => {
    for (const source of sources) expect(isAllowed(url, source)).toBe(false);
  });
});

describe("this machine", () => {
  const local = [
    "http://127.0.0.1:8443",
    "http://127.9.8.7",
    "http://localhost:1/x",
    "https://localhost",
    "http://[::1]:80",
  ];

  test.each(local)("%s is allowed where the environment names it, and nowhere else", (url) => {
    expect(sources.filter((source) => isAllowed(url, source))).toEqual(["environment"]);
  });

  test.each([
    "http://127.1",
    "http://0x7f.0.0.1",
    "http://2130706433",
    "http://0177.0.0.1",
    "http://127.0.0.1.",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://0.0.0.0",
    "http://[::]",
    "http://localhost.",
    "http://evil.localhost",
    "http://127.0.0.1.evil.example",
    "http://128.0.0.1",
    "http://10.0.0.1",
    "https://localhost@evil.example",
  ])("%s is not taken for it, even from the environment", (url) => {
    expect(isAllowed(url, "environment")).toBe(false);
  });
});

describe("UKO_ALLOWED_HOSTS", () => {
  test("names exact hosts, with any port or one port", () => {
    expect(isAllowed("https://uko.example:9443", "stored", ["uko.example"])).toBe(true);
    expect(isAllowed("https://uko.example:9443", "stored", ["UKO.example:9443 "])).toBe(true);
    expect(isAllowed("https://uko.example", "stored", ["uko.example:443"])).toBe(true);
    expect(isAllowed("https://uko.example:9444", "stored", ["uko.example:9443"])).toBe(false);
    expect(isAllowed("https://a.uko.example", "stored", ["uko.example"])).toBe(false);
    expect(isAllowed("https://uko.example.evil.example", "stored", ["uko.example"])).toBe(false);
    expect(isAllowed("https://evil.example", "stored", ["", "*", "*.example", ".example"])).toBe(false);
  });

  test("does not lift the need for TLS but on this machine", () => {
    expect(isAllowed("http://uko.example", "environment", ["uko.example"])).toBe(false);
    expect(isAllowed("http://127.0.0.1:4711", "stored", ["127.0.0.1:4711"])).toBe(true);
  });
});

test("whatever is allowed is one of IBM's domains, this machine named by the environment, or listed, and uses TLS elsewhere", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "cloud.ibm.com",
      ".",
      "@",
      "\\",
      "/",
      "#",
      "?",
      ":",
      "%2e",
      "evil.example",
      "localhost",
      "127.0.0.1",
    ),
    fc.constantFrom("hs-crypto.appdomain.cloud", "[::1]", ":443", "xn--80ak6aa92e", "。", "\t", "0x7f000001", "-", "a"),
    fc.string({ maxLength: 4 }),
  );
  const url = fc
    .tuple(fc.constantFrom("https://", "http://", "https:", "//"), fc.array(piece, { minLength: 1, maxLength: 5 }))
    .map(([scheme, pieces]) => scheme + pieces.join(""));
  fc.assert(
    fc.property(url, fc.constantFrom(...sources), (text, source) => {
      const decision = decideHost({ url: text, source }, []);
      if (decision.kind === "refused") return;
      // The judge is the parser that the connection is made by.
      const { hostname, protocol, username, password } = new URL(text);
      expect(decision.origin).toBe(new URL(text).origin);
      expect(username + password).toBe("");
      const isLocal = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname);
      const isIbm = /\.(cloud\.ibm\.com|hs-crypto\.appdomain\.cloud|kms\.appdomain\.cloud)$/.test(hostname);
      expect(isLocal ? source === "environment" : isIbm && protocol === "https:").toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test("a refusal names the host and the way out, and never a user or password that stands in the address", () => {
  const refusal = (url: string, hosts: readonly string[] = []): string => {
    try {
      requireAllowedHost({ url, source: "stored" }, hosts);
    } catch (error) {
      return String(error);
    }
    throw new Error("was allowed");
  };
  expect(refusal("https://evil.example:9")).toMatch(/UKO_HOST_NOT_ALLOWED/);
  expect(refusal("https://evil.example:9")).toMatch(/UKO_ALLOWED_HOSTS=evil\.example:9/);
  expect(refusal("http://127.0.0.1:9")).toMatch(/UKO_ALLOWED_HOSTS=127\.0\.0\.1:9/);
  expect(refusal("http://evil.example")).toMatch(/TLS is required/);
  // No list helps there.
  expect(refusal("http://evil.example")).not.toMatch(/UKO_ALLOWED_HOSTS/);
  expect(refusal("http://evil.example", ["evil.example"])).not.toMatch(/UKO_ALLOWED_HOSTS/);
  expect(refusal("https://alice:hunter2@evil.example")).not.toMatch(/hunter2|alice/);
});
