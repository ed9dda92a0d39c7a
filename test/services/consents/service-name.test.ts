import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { nameService } from "../../../provider/services/consents/service-name.ts";
import type { Endpoint } from "../../../provider/services/http/allowed-hosts.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-service-"));
const file = path.join(folder, "ibm_endpoints");
afterEach(() => rmSync(file, { force: true }));

const instanceId = "11111111-1111-4111-8111-111111111111";
const uko = (url: string): Endpoint => ({ url, source: "environment", role: "uko", instanceId });
const iam = (url: string): Endpoint => ({ url, source: "built_in", role: "iam" });
const ibmIam = iam("https://iam.cloud.ibm.com");
const nameOf = (...endpoints: readonly Endpoint[]) => nameService(endpoints, () => [folder]);
const list = (text: string) => writeFileSync(file, text, { mode: 0o600 });

describe("the service in what people sign and seal", () => {
  it("is ibm at documented addresses, whichever each of two people uses", () => {
    const addresses = [
      `https://${instanceId}.uko.us-south.hs-crypto.appdomain.cloud`,
      "https://uko.us-south.hs-crypto.cloud.ibm.com:9123/",
      "https://UKO.CLOUD.IBM.COM",
    ];
    expect(addresses.map((url) => nameOf(ibmIam, uko(url)))).toEqual(["ibm", "ibm", "ibm"]);
    expect(nameOf(iam("https://private.iam.cloud.ibm.com"))).toBe("ibm");
  });

  it("is the host and port anywhere else, however the address is written", () => {
    const addresses = [
      "https://Gateway.example.com",
      "https://gateway.example.com:443/",
      "https://gateway.example.com/uko",
    ];
    expect(addresses.map((url) => nameOf(ibmIam, uko(url)))).toEqual(Array(3).fill("gateway.example.com:443"));
    expect(nameOf(ibmIam, uko("https://gateway.example.com:8443"))).toBe("gateway.example.com:8443");
    expect(nameOf(iam("https://login.example.com"), uko("https://gateway.example.com"))).toBe(
      "login.example.com:443 gateway.example.com:443",
    );
  });

  it("is ibm at a host that the configuration folder lists, with exactly its port", () => {
    list("# our gateway\n\ngateway.example.com\nproxy.example.com:8443\n");
    expect(nameOf(ibmIam, uko("https://gateway.example.com"), uko("https://proxy.example.com:8443"))).toBe("ibm");
    expect(nameOf(ibmIam, uko("https://gateway.example.com:8443"))).toBe("gateway.example.com:8443");
    expect(nameOf(iam("https://login.example.com"), uko("https://gateway.example.com"))).toBe("login.example.com:443");
  });

  it("is never ibm on this machine, so a request on an emulator is worthless at IBM", () => {
    list("localhost:4123\n127.0.0.1:4123\nlocalhost\n");
    expect(nameOf(uko("http://localhost:4123"))).toBe("localhost:4123");
    expect(nameOf(uko("http://127.0.0.1:4123"))).toBe("127.0.0.1:4123");
    expect(nameOf(uko("http://localhost:4123"), uko("https://gateway.example.com"))).toContain("localhost:4123");
  });

  it.each(["https://gateway.example.com", "Gateway.example.com", "gateway.example.com extra"])(
    "is refused with a list that has another line than a host: %s",
    (line) => {
      list(`${line}\n`);
      expect(() => nameOf(uko("https://gateway.example.com"))).toThrow(/ibm_endpoints cannot be used/);
    },
  );

  it.runIf(process.platform !== "win32")("is refused with a list that another user can write", () => {
    list("gateway.example.com\n");
    chmodSync(file, 0o622);
    expect(() => nameOf(uko("https://gateway.example.com"))).toThrow(/ibm_endpoints cannot be used/);
    expect(nameOf(ibmIam)).toBe("ibm");
  });
});
