import { describe, expect, test } from "vitest";
import { programDialect } from "../provider/engine/text/dialect.ts";
import {
  checkStored,
  type Environment,
  evidencePlaceOf,
  parseDurationMs,
  readSettings,
  type StoredSettings,
} from "../provider/settings.ts";

const instance = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const other = "11111111-1111-4111-8111-111111111111";
const enough = { UKO_INSTANCE_ID: instance, UKO_API_KEY: "environment-key" };
const read = (environment: Environment = {}, stored: StoredSettings = {}) =>
  readSettings({ ...enough, ...environment }, stored);
const invalid = (summary: RegExp | string) =>
  expect.objectContaining({ code: "UKO_SETTINGS_INVALID", summary: expect.stringMatching(summary) });

describe("the environment overrides stored settings", () => {
  test("for the region, endpoints and the credential", () => {
    const stored = {
      instanceId: instance,
      region: "us-south",
      endpoint: "https://stored.example",
      kmsEndpoint: "https://stored-kms.example",
      iamEndpoint: "https://stored-iam.example",
      apiKey: "stored-key",
    };
    const settings = read(
      {
        UKO_REGION: "eu-de",
        UKO_ENDPOINT: "https://e.example",
        UKO_KMS_ENDPOINT: "https://k.example",
        UKO_IAM_ENDPOINT: "https://i.example",
      },
      stored,
    );
    expect(settings).toMatchObject({
      instanceId: instance,
      region: "eu-de",
      endpoint: { url: "https://e.example", source: "environment" },
      kmsEndpoint: { url: "https://k.example", source: "environment" },
      iamEndpoint: { url: "https://i.example", source: "environment" },
    });
    expect(settings.credential.read()).toBe("environment-key");
    expect(read({ UKO_API_KEY: "", UKO_TOKEN: "mine" }, stored).credential).toMatchObject({ kind: "token" });
  });

  test("but not for the instance: two different ones are an error that names both", () => {
    expect(() => read({}, { instanceId: other })).toThrow(
      expect.objectContaining({
        code: "UKO_INSTANCE_MISMATCH",
        summary: `UKO_INSTANCE_ID names instance ${instance}, but instanceId in the configuration of the provider names ${other}`,
      }),
    );
    // The CRN of Key Protect names its instance by the UUID, too.
    const crn = `crn:v1:bluemix:public:kms:eu-de:a/1234:${instance}::`;
    expect(read({ UKO_INSTANCE_ID: crn }, { instanceId: instance })).toMatchObject({ instanceId: instance });
    expect(read({}, { instanceId: crn })).toMatchObject({ instanceId: instance });
    expect(() => read({ UKO_INSTANCE_ID: crn }, { instanceId: other })).toThrow(/names instance/);
    expect(() => read({}, { instanceId: "PAYMENTS" })).toThrow(invalid(/^The instance ID is not valid/));
  });

  test("a stored setting counts if the environment has none or an empty one, and is marked as stored", () => {
    const stored = { instanceId: other, endpoint: "https://stored.example", region: "us-south", token: "stored" };
    for (const silent of [
      {},
      { UKO_INSTANCE_ID: "", UKO_ENDPOINT: "", UKO_REGION: "", UKO_API_KEY: "", UKO_WAIT: "" },
    ]) {
      const settings = readSettings(silent, stored);
      expect(settings).toMatchObject({
        instanceId: other,
        region: "us-south",
        endpoint: { url: "https://stored.example", source: "stored" },
      });
      expect(settings.credential.read()).toBe("stored");
      expect(settings.credential.setting, "what a refusal by IAM names").toBe("token of the provider");
    }
  });

  test.each([
    ["true", true],
    ["1", true],
    ["", false],
    ["0", false],
    ["false", false],
  ])("CI=%s decides whether a person watches", (CI, isUnattended) => {
    expect(read({ CI }).isUnattended).toBe(isUnattended);
  });

  test.each([
    ["1", "false", true],
    ["true", undefined, true],
    [undefined, "true", true],
    ["", "true", true],
    ["0", "true", false],
    ["false", "true", false],
    [undefined, "false", false],
    [undefined, undefined, false],
  ])(
    "UKO_STRICT_READS=%s next to a stored %s makes failed reads fail the run: %s",
    (UKO_STRICT_READS, strictReads, isReadStrict) => {
      expect(read({ UKO_STRICT_READS }, strictReads === undefined ? {} : { strictReads }).isReadStrict).toBe(
        isReadStrict,
      );
    },
  );

  test("a value of UKO_STRICT_READS that is neither on nor off is refused", () => {
    expect(() => read({ UKO_STRICT_READS: "yes" })).toThrow(invalid("UKO_STRICT_READS is not valid"));
    expect(checkStored({ strictReads: true }, programDialect)).toEqual([]);
    expect(checkStored({ strictReads: "false" }, programDialect)).toEqual([]);
    expect(checkStored({ strictReads: "yes" }, programDialect)).toEqual([
      { property: "strictReads", reason: "must be true or false" },
    ]);
  });

  test("stored settings are checked by themselves, and the messages contain no value", () => {
    expect(
      checkStored({ instanceId: other, region: "eu-de", apiKey: "k", endpoint: "https://a.example" }, programDialect),
    ).toEqual([]);
    const odd = {
      instanceId: "Odd",
      apiKey: "k1",
      token: "t1",
      dualAuthorization: "x1",
      iamEndpoint: "y1",
      typo: "z1",
    };
    const failures = checkStored({ ...odd, region: 5 }, programDialect);
    expect(failures.map(({ property }) => property).sort()).toEqual([
      "dualAuthorization",
      "iamEndpoint",
      "instanceId",
      "region",
      "token",
      "typo",
    ]);
    expect(JSON.stringify(failures)).not.toMatch(/Odd|k1|t1|x1|y1|z1/);
  });

  test("IAM is IBM Cloud's by default", () => {
    expect(read().iamEndpoint).toEqual({ url: "https://iam.cloud.ibm.com", source: "built_in", role: "iam" });
    expect(read()).not.toHaveProperty("endpoint");
    expect(read()).not.toHaveProperty("region");
  });

  test("allowed hosts, wait and evidence come from the environment alone", () => {
    const stored = { allowedHosts: "evil.example", UKO_ALLOWED_HOSTS: "evil.example" } as StoredSettings;
    expect(read({}, stored)).toMatchObject({ allowedHosts: [] });
    expect(read({}, stored).waitMs).toBeUndefined();
    expect(read({}, { ...stored, evidence: "log" } as StoredSettings).evidence.kind).toBe("none");
    const settings = read({ UKO_ALLOWED_HOSTS: "a.example, b.example:8443", UKO_EVIDENCE: "e.jsonl", UKO_WAIT: "2h" });
    expect(settings).toMatchObject({
      allowedHosts: ["a.example", "b.example:8443"],
      evidence: { kind: "named", path: "e.jsonl" },
      waitMs: 7_200_000,
    });
  });
});

describe("the evidence goes to", () => {
  const file = `uko/evidence-${instance}.jsonl`;
  test.each<[string, string, Environment, object]>([
    ["the state folder", "linux", { HOME: "/h" }, { kind: "default", path: `/h/.local/state/${file}` }],
    ["its own variable", "darwin", { HOME: "/h", XDG_STATE_HOME: "/s" }, { kind: "default", path: `/s/${file}` }],
    ["a relative one never", "linux", { HOME: "/h", XDG_STATE_HOME: "s" }, { path: `/h/.local/state/${file}` }],
    ["macOS's folder", "darwin", { HOME: "/h" }, { path: `/h/Library/Application Support/${file}` }],
    ["Windows's", "win32", { LOCALAPPDATA: "C:\\L" }, { path: `C:\\L\\${file.replaceAll("/", "\\")}` }],
    ["a named file", "linux", { HOME: "/h", CI: "1", UKO_EVIDENCE: "e" }, { kind: "named", path: "e" }],
    ["the log", "linux", { CI: "1", UKO_EVIDENCE: "log" }, { kind: "log" }],
    ["nowhere in a pipeline", "linux", { HOME: "/h", CI: "true" }, { kind: "none", why: /CI is set/ }],
    ["nowhere without a home", "linux", { HOME: "" }, { kind: "none", why: /HOME/ }],
    ["nowhere on Windows without it", "win32", { HOME: "/h" }, { kind: "none", why: /HOME/ }],
  ])("%s (%s)", (_, system, environment, place) => {
    const why = "why" in place ? { why: expect.stringMatching(place.why as RegExp) } : {};
    expect(evidencePlaceOf(environment, instance, system)).toMatchObject({ ...place, ...why });
  });
});

describe("refused settings", () => {
  test.each([
    ["no instance", { UKO_INSTANCE_ID: "" }, {}, /instance ID is not set/],
    ["an instance id that steers a path", { UKO_INSTANCE_ID: "../x" }, {}, /not valid/],
    ["a name in place of the instance id", { UKO_INSTANCE_ID: "my-instance" }, {}, /not valid/],
    ["an instance id in upper case", { UKO_INSTANCE_ID: instance.toUpperCase() }, {}, /not valid/],
    ["a stored name in its place", { UKO_INSTANCE_ID: "" }, { instanceId: "my-instance" }, /not valid/],
    ["no credential", { UKO_API_KEY: "" }, {}, /credential is not set/],
    ["two credentials in the environment", { UKO_TOKEN: "t" }, {}, /Both UKO_API_KEY and UKO_TOKEN/],
    ["two stored credentials", { UKO_API_KEY: "" }, { apiKey: "a", token: "t" }, /Both apiKey and token/],
    ["another word for the rule", { UKO_DUAL_AUTHORIZATION: "off" }, {}, /^UKO_DUAL_AUTHORIZATION is/],
    ["a stored word for it", {}, { dualAuthorization: "none" }, /^dualAuthorization in the conf/],
    ["a wait that is not a duration", { UKO_WAIT: "soon" }, {}, /UKO_WAIT/],
  ])("%s", (_what, environment, stored, summary) => {
    expect(() => read(environment, stored)).toThrow(invalid(summary) as never);
  });

  test("never show their value in the message", () => {
    const secret = "sesame9";
    for (const environment of [
      { UKO_WAIT: secret },
      { UKO_DUAL_AUTHORIZATION: secret },
      { UKO_API_KEY: secret, UKO_TOKEN: secret },
      { UKO_INSTANCE_ID: `${secret}/` },
    ]) {
      try {
        read(environment);
        expect.unreachable();
      } catch (error) {
        expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(secret);
      }
    }
  });

  test("a credential never appears in the settings", () => {
    expect(JSON.stringify(read({ UKO_API_KEY: "sesame9" }))).not.toContain("sesame9");
  });
});

test("two people can only be required, never waived", () => {
  const isRequired = (environment?: string, stored?: string): boolean =>
    read(
      environment === undefined ? {} : { UKO_DUAL_AUTHORIZATION: environment },
      stored === undefined ? {} : { dualAuthorization: stored },
    ).leastPeople !== "single";
  expect(isRequired()).toBe(false);
  expect(isRequired("required")).toBe(true);
  expect(isRequired("single", "required")).toBe(true);
  expect(isRequired("required", "single")).toBe(true);
  expect(isRequired("single", "single")).toBe(false);
  expect(isRequired("", "required")).toBe(true);
});

describe("durations", () => {
  test.each([
    ["0", 0],
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["4h", 14_400_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["100d", 8_640_000_000],
    [" 5m ", 300_000],
  ])("%s", (text, ms) => {
    expect(parseDurationMs(text, "--wait", "100d")).toBe(ms);
  });

  test("have the maximum of their option, which the refusal names", () => {
    expect(parseDurationMs("365d", "--older-than", "400d")).toBe(31_536_000_000);
    expect(() => parseDurationMs("3h", "--wait", "2h")).toThrow(/The maximum is 2h\./);
  });

  test.each(["", "4", "h", "-1h", "101d", "1e3s", "4 h", "4H", "1000000000s", "NaNs"])("%j is refused", (text) => {
    expect(() => parseDurationMs(text, "--wait", "100d")).toThrow(/--wait is not a duration/);
  });
});

describe("the proxy", () => {
  test("comes from the environment alone, with the addresses that bypass it", () => {
    expect(read({}).proxy).toBeUndefined();
    const environment = { HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: ".internal" };
    expect(read(environment).proxy).toEqual({ url: "http://proxy.example:3128", exceptions: ".internal" });
    expect(read({ https_proxy: "http://proxy.example" }).proxy).toMatchObject({ exceptions: "" });
  });

  test.each(["proxy.example:3128", "socks5://proxy.example", "http://user:planted@"])(
    "is refused without an echo if its address is %s",
    (url) => {
      const refusal = (() => {
        try {
          return read({ HTTPS_PROXY: url });
        } catch (error) {
          return error;
        }
      })();
      expect(refusal).toMatchObject({ code: "UKO_SETTINGS_INVALID" });
      expect(String(refusal)).not.toContain("planted");
    },
  );
});
