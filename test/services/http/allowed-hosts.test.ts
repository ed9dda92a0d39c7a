import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decideHost,
  type Endpoint,
  type EndpointSource,
  isIamLoginHost,
  requireAllowedHost,
} from "../../../provider/services/http/allowed-hosts.ts";

type Role = Endpoint["role"];
const sources: readonly EndpointSource[] = ["environment", "stored", "broker", "built_in"];
const roles: readonly Role[] = ["iam", "broker", "uko", "kms", "key_protect"];
const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const another = "11111111-7b1d-4c55-9d2e-6a4f8b0c1d2e";

/** An instance of Key Protect is in the region of the address, unless a test names another. */
const endpoint = (
  url: string,
  source: EndpointSource,
  role: Role,
  region = /[a-z]{2}-[a-z]{2,8}(?=\.)/.exec(url)?.[0] ?? "eu-de",
): Endpoint => {
  if (role === "key_protect") return { url, source, role, instanceId, region };
  return role === "uko" || role === "kms" ? { url, source, role, instanceId } : { url, source, role };
};
const decide = (url: string, source: EndpointSource, role: Role, hosts: readonly string[] = []): string =>
  decideHost(endpoint(url, source, role), hosts).kind;
/** Whether any service may be called at the address. */
const isAllowed = (url: string, source: EndpointSource = "stored", hosts: readonly string[] = []): boolean =>
  roles.some((role) => decide(url, source, role, hosts) === "allowed");

const hpcsRegions = ["us-south", "eu-de", "eu-gb", "eu-es", "br-sao", "au-syd", "jp-tok", "ca-tor", "us-east"];
const kmsRegions = [...hpcsRegions, "jp-osa", "ca-mon", "in-che", "in-mum"];

describe("a documented address may receive its own service's credential, whatever the source of the address", () => {
  test.each<[Role, string, readonly string[]]>([
    ["iam", "https://iam.cloud.ibm.com", [""]],
    ["iam", "https://private.iam.cloud.ibm.com", [""]],
    ["iam", "HTTPS://IAM.Cloud.IBM.com/", [""]],
    ["broker", "https://<region>.broker.hs-crypto.cloud.ibm.com", hpcsRegions],
    ["broker", "https://broker.<region>.hs-crypto.cloud.ibm.com", hpcsRegions],
    ["uko", `https://${instanceId}.uko.<region>.hs-crypto.appdomain.cloud`, hpcsRegions],
    ["uko", "https://uko.cloud.ibm.com", [""]],
    ["kms", `https://${instanceId}.api.<region>.hs-crypto.appdomain.cloud`, hpcsRegions],
    ["kms", `https://${instanceId}.api.private.<region>.hs-crypto.appdomain.cloud:443`, hpcsRegions],
    ["key_protect", "https://<region>.kms.cloud.ibm.com", kmsRegions],
    ["key_protect", "https://private.<region>.kms.cloud.ibm.com", kmsRegions],
    // Key Protect Dedicated.
    ["key_protect", `https://${instanceId}.api.<region>.kms.appdomain.cloud`, kmsRegions],
    ["key_protect", `https://${instanceId}.api.private.<region>.kms.appdomain.cloud`, kmsRegions],
  ])("%s: %s", (role, form, regions) => {
    for (const region of regions) {
      const url = form.replace("<region>", region);
      for (const source of sources) {
        const allowed = roles.filter((each) => decide(url, source, each) === "allowed");
        expect(allowed, `${url} from ${source}`).toEqual([role]);
      }
    }
  });

  test.each<[Role, string]>([
    ["uko", "https://uko.us-south.hs-crypto.cloud.ibm.com"],
    ["kms", "https://api.eu-de.hs-crypto.cloud.ibm.com"],
    ["kms", "https://api.private.jp-tok.hs-crypto.cloud.ibm.com"],
  ])("%s: %s with a documented port, unless it is stored", (role, host) => {
    const allowedFrom = (url: string) => sources.filter((source) => decide(url, source, role) === "allowed");
    for (const port of [8000, 9443, 19_999]) {
      expect(allowedFrom(`${host}:${port}`)).toEqual(["environment", "broker", "built_in"]);
    }
    for (const port of ["", ":443", ":7999", ":20000"]) expect(allowedFrom(`${host}${port}`)).toEqual([]);
  });
});

test("a path comes from the environment alone", () => {
  const url = `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud/api/v4/`;
  expect(sources.filter((source) => isAllowed(url, source))).toEqual(["environment"]);
  const decision = decideHost(endpoint(url, "environment", "uko"), []);
  expect(decision).toMatchObject({ kind: "allowed", path: "/api/v4" });
});

test("a host that names another instance is not called, and is distinguished from an undocumented host", () => {
  for (const source of sources) {
    expect(decide(`https://${another}.uko.eu-de.hs-crypto.appdomain.cloud`, source, "uko")).toBe("other_instance");
    const dedicated = `https://${another}.api.eu-de.kms.appdomain.cloud`;
    expect(decide(dedicated, source, "key_protect")).toBe("other_instance");
    expect(decide(dedicated.replace("api", "api.private"), source, "key_protect")).toBe("other_instance");
    expect(decide(`https://${another}.uko.eu-de.hs-crypto.appdomain.cloud`, source, "kms")).toBe("refused");
    expect(decide("https://abc.uko.eu-de.hs-crypto.appdomain.cloud", source, "uko")).toBe("refused");
  }
});

test("Key Protect is called in the region that the CRN of the instance names, and in no other", () => {
  for (const host of [
    "us-south.kms.cloud.ibm.com",
    "private.us-south.kms.cloud.ibm.com",
    `${instanceId}.api.us-south.kms.appdomain.cloud`,
  ]) {
    for (const source of sources) {
      const judge = (region: string) => decideHost(endpoint(`https://${host}`, source, "key_protect", region), []).kind;
      expect([judge("us-south"), judge("eu-de")], `${host} from ${source}`).toEqual(["allowed", "refused"]);
    }
  }
});

test("Key Protect is not called for an instance with UKO, nor the other way round, and the refusal says what to set", () => {
  const refusal = (url: string, role: Role) => decideHost(endpoint(url, "environment", role), []);
  expect(refusal("https://eu-de.kms.cloud.ibm.com", "kms")).toEqual({
    kind: "refused",
    reason: "UKO_INSTANCE_ID has to be the CRN of an instance of Key Protect",
  });
  const hpcs = `https://${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`;
  expect(refusal(hpcs, "key_protect")).toMatchObject({ kind: "refused" });
});

describe("a customer's own address below IBM's domains may not receive a credential", () => {
  test.each([
    "https://c100-e.eu-de.containers.cloud.ibm.com",
    "https://c100-e.eu-de.containers.cloud.ibm.com:30263",
    "https://x.hs-crypto.appdomain.cloud",
    "https://x.kms.appdomain.cloud",
    "https://x.cloud.ibm.com",
    "https://iam.test.cloud.ibm.com",
    "https://iam.cloud.ibm.com:8443",
    "https://eu-de.iam.cloud.ibm.com",
    "https://x.iam.cloud.ibm.com",
    "https://x.eu-de.kms.cloud.ibm.com",
    "https://alice.kms.cloud.ibm.com",
    "https://private.private.kms.cloud.ibm.com",
    "https://uko.alice.hs-crypto.cloud.ibm.com:9000",
    "https://broker.hs-crypto.cloud.ibm.com",
    `https://${instanceId}.uko.x.evil.hs-crypto.appdomain.cloud`,
    `https://x.${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud`,
    `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud:8443`,
    `https://${instanceId.toUpperCase().replaceAll("-", "")}.uko.eu-de.hs-crypto.appdomain.cloud`,
  ])("%s", (url) => {
    for (const source of sources) expect(isAllowed(url, source)).toBe(false);
  });
});

describe("an imitation of IBM's host may not receive a credential", () => {
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
    ["a parent folder in the path", "https://iam.cloud.ibm.com/a/../b"],
    ["a neighboring domain", "https://x.appdomain.cloud"],
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

  test.each(local)("%s is allowed only if UKO_ALLOWED_HOSTS names it, also from the environment", (url) => {
    const { hostname } = new URL(url);
    expect(sources.filter((source) => isAllowed(url, source))).toEqual([]);
    expect(isAllowed(url, "environment", [hostname])).toBe(true);
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
  ])("%s does not count as this machine, even from the environment", (url) => {
    expect(isAllowed(url, "environment", ["127.0.0.1", "localhost", "[::1]"])).toBe(false);
  });
});

describe("UKO_ALLOWED_HOSTS", () => {
  test("names exact hosts, with one port, or with any port that the environment names", () => {
    expect(isAllowed("https://uko.example:9443/x", "environment", ["uko.example"])).toBe(true);
    expect(isAllowed("https://uko.example:9443", "stored", ["uko.example"])).toBe(false);
    expect(isAllowed("https://uko.example:9443/x", "stored", ["uko.example:9443"])).toBe(false);
    expect(isAllowed("https://uko.example", "stored", ["uko.example"])).toBe(true);
    expect(isAllowed("https://uko.example:9443", "stored", ["UKO.example:9443 "])).toBe(true);
    expect(isAllowed("https://uko.example", "stored", ["uko.example:443"])).toBe(true);
    expect(isAllowed("https://uko.example:9444", "stored", ["uko.example:9443"])).toBe(false);
    expect(isAllowed("https://a.uko.example", "stored", ["uko.example"])).toBe(false);
    expect(isAllowed("https://uko.example.evil.example", "stored", ["uko.example"])).toBe(false);
    expect(isAllowed("https://evil.example", "stored", ["", "*", "*.example", ".example"])).toBe(false);
  });

  test("does not remove the requirement for TLS except on this machine", () => {
    expect(isAllowed("http://uko.example", "environment", ["uko.example"])).toBe(false);
    expect(isAllowed("http://127.0.0.1:4711", "stored", ["127.0.0.1:4711"])).toBe(true);
  });
});

/** The documented forms once more, as one expression each, which shares nothing with the table. */
const region = "[a-z]{2}-[a-z]{2,8}";
const documented: Readonly<Record<Role, RegExp>> = {
  iam: /^(private\.)?iam\.cloud\.ibm\.com$/,
  broker: new RegExp(`^(${region}\\.broker|broker\\.${region})\\.hs-crypto\\.cloud\\.ibm\\.com$`),
  uko: new RegExp(
    `^(${instanceId}\\.uko\\.${region}\\.hs-crypto\\.appdomain\\.cloud|uko\\.cloud\\.ibm\\.com|uko\\.${region}\\.hs-crypto\\.cloud\\.ibm\\.com:\\d{4,5})$`,
  ),
  kms: new RegExp(
    `^(${instanceId}\\.api(\\.private)?\\.${region}\\.hs-crypto\\.appdomain\\.cloud|api(\\.private)?\\.${region}\\.hs-crypto\\.cloud\\.ibm\\.com:\\d{4,5})$`,
  ),
  key_protect: new RegExp(
    `^(${instanceId}\\.api(\\.private)?\\.${region}\\.kms\\.appdomain\\.cloud|(private\\.)?${region}\\.kms\\.cloud\\.ibm\\.com)$`,
  ),
};

test("without UKO_ALLOWED_HOSTS, every allowed address is documented for its service and uses TLS", () => {
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
    fc.constantFrom(
      "hs-crypto.appdomain.cloud",
      "[::1]",
      ":443",
      ":9000",
      "xn--80ak6aa92e",
      "。",
      "\t",
      "0x7f000001",
      "-",
    ),
    fc.constantFrom(
      ".kms",
      "iam",
      ".eu-de",
      "uko",
      ".api",
      ".private",
      "broker.",
      ".hs-crypto",
      instanceId,
      another,
      "a",
    ),
    fc.string({ maxLength: 4 }),
  );
  // Mostly documented hosts with inserted text, since random pieces are rarely close to a valid host.
  const nearMiss = fc
    .tuple(
      fc.constantFrom(
        "iam.cloud.ibm.com",
        "eu-de.broker.hs-crypto.cloud.ibm.com",
        "uko.eu-de.hs-crypto.cloud.ibm.com:9000",
        `${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud`,
        `${instanceId}.api.private.eu-de.hs-crypto.appdomain.cloud`,
        `${another}.api.eu-de.kms.appdomain.cloud`,
        "private.us-south.kms.cloud.ibm.com",
      ),
      fc.nat(60),
      fc.nat(12),
      fc.oneof(fc.constant(""), piece),
    )
    .map(([host, at, cut, put]) => host.slice(0, at) + put + host.slice(at + (cut > 6 ? 0 : cut)));
  const url = fc
    .tuple(
      fc.constantFrom("https://", "https://", "http://", "https:", "//"),
      fc.oneof(
        nearMiss,
        fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("")),
      ),
    )
    .map(([scheme, rest]) => scheme + rest);
  let allowed = 0;
  fc.assert(
    fc.property(url, fc.constantFrom(...sources), fc.constantFrom(...roles), (text, source, role) => {
      const decision = decideHost(endpoint(text, source, role), []);
      if (decision.kind !== "allowed") return;
      allowed += 1;
      // The judge is the parser that the connection uses.
      const { host, protocol, username, password, search, hash, pathname, port } = new URL(text);
      expect(decision.origin).toBe(new URL(text).origin);
      expect(username + password + search + hash).toBe("");
      if (source !== "environment") expect(pathname).toBe("/");
      if (source === "stored") expect(port).toBe("");
      expect(documented[role].test(host) && protocol === "https:").toBe(true);
    }),
    { numRuns: 30_000 },
  );
  expect(allowed).toBeGreaterThan(100);
});

describe("a refusal", () => {
  const refusal = (url: string, source: EndpointSource, hosts: readonly string[] = []): string => {
    try {
      requireAllowedHost(endpoint(url, source, "uko"), hosts);
    } catch (error) {
      return String(error);
    }
    throw new Error("was allowed");
  };

  test("of the caller's own environment names the host and the entry that would allow the host", () => {
    expect(refusal("https://evil.example:9", "environment")).toMatch(/UKO_HOST_NOT_ALLOWED/);
    expect(refusal("https://evil.example:9", "environment")).toMatch(/comes from UKO_ENDPOINT\./);
    expect(refusal("https://evil.example:9", "environment")).toMatch(/add evil\.example:9 to UKO_ALLOWED_HOSTS\./);
    expect(refusal("http://evil.example", "environment")).toMatch(/TLS is required/);
    // No list helps here.
    expect(refusal("http://evil.example", "environment")).not.toMatch(/UKO_ALLOWED_HOSTS/);
    expect(refusal("http://evil.example", "environment", ["evil.example"])).not.toMatch(/UKO_ALLOWED_HOSTS/);
  });

  test("has a line to copy only for a host of this machine, and only if the line replaces no allowed host", () => {
    expect(refusal("http://127.0.0.1:7600", "environment")).toMatch(
      /\n {2}export UKO_ALLOWED_HOSTS=127\.0\.0\.1:7600$/m,
    );
    for (const message of [
      refusal("http://127.0.0.1:7600", "environment", ["proxy.example"]),
      refusal("https://evil.example:9", "environment"),
    ]) {
      expect(message).not.toMatch(/UKO_ALLOWED_HOSTS=/);
    }
  });

  test("of a stored address names its source and the person to contact, and has no line to copy that would allow it", () => {
    for (const url of [
      "https://evil.example:9",
      "http://127.0.0.1:9",
      "https://evil.example/x",
      "http://evil.example",
    ]) {
      const message = refusal(url, "stored");
      expect(message).toMatch(/stored setting endpoint of the provider/);
      expect(message).toMatch(/ask the people who maintain this state/);
      expect(message).not.toMatch(/UKO_ALLOWED_HOSTS=/);
    }
  });

  test.each([
    ["broker", "the response of the broker"],
    ["built_in", "this release"],
  ] as const)("of an address by %s names that source", (source, words) => {
    expect(refusal("https://evil.example", source)).toContain(`comes from ${words}`);
    expect(refusal("https://evil.example", source)).not.toMatch(/UKO_ALLOWED_HOSTS=/);
  });

  test("of another instance's host names both instances", () => {
    const message = refusal(`https://${another}.uko.eu-de.hs-crypto.appdomain.cloud`, "environment");
    expect(message).toMatch(/UKO_INSTANCE_MISMATCH/);
    expect(message).toContain(another);
    expect(message).toContain(instanceId);
  });

  test("never repeats a user or password of the address", () => {
    for (const source of sources) {
      expect(refusal("https://alice:hunter2@evil.example", source)).not.toMatch(/hunter2|alice/);
    }
  });
});

test.each([
  ["https://iam.cloud.ibm.com/identity/passcode", true],
  ["https://identity-1.us-south.iam.cloud.ibm.com/identity/passcode", true],
  ["https://identity-12.eu-gb.iam.cloud.ibm.com/identity/token", true],
  ["http://iam.cloud.ibm.com/identity/passcode", false],
  ["https://iam.cloud.ibm.com:8443/identity/passcode", false],
  ["https://evil.iam.cloud.ibm.com/identity/passcode", false],
  ["https://identity-1.us-south.iam.cloud.ibm.com.example.com/", false],
  ["https://identity-1.us-south.evil.iam.cloud.ibm.com/", false],
  ["https://identity-123.us-south.iam.cloud.ibm.com/", false],
  ["https://iam.cloud.ibm.com@example.com/", false],
  ["https://example.com/?iam.cloud.ibm.com", false],
  ["javascript:alert(1)", false],
])("a person may log in at %s: %s", (address, isAllowed) => {
  expect(isIamLoginHost(address)).toBe(isAllowed);
});
