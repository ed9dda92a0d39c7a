/** The start and the end of the process, as go-plugin's hosts expect them. */

import { type ChildProcess, spawn } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { createSession } from "../../provider/terraform-plugin/create-session.ts";
import {
  commandOf,
  createEndpoint,
  createIdentity,
  credentialsFor,
  handshakeLine,
  magicCookie,
} from "../../provider/terraform-plugin/handshake.ts";
import { createLog } from "../../provider/terraform-plugin/log.ts";
import { Health, HealthCheckResponse_ServingStatus } from "../../provider/terraform-plugin/protocol/health_pb.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { createServer } from "../../provider/terraform-plugin/server.ts";
import { pemOf } from "../../provider/x509/certificates.ts";
import { childEnv } from "../support/child-env.ts";
import { callsOf, connect, createCertificate, type Host, main, startHost } from "./host.ts";

const hosts: Host[] = [];
const started = async (...args: Parameters<typeof startHost>): Promise<Host> => {
  const host = await startHost(...args);
  hosts.push(host);
  return host;
};
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

const outputOf = (child: ChildProcess) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (text: Buffer) => {
      stdout += text.toString();
    });
    child.stderr?.on("data", (text: Buffer) => {
      stderr += text.toString();
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });

describe("the handshake line", () => {
  test("has go-plugin's version, the protocol's, where to connect, and a certificate without padding", async () => {
    const { fields, provider } = await started();
    const [core, protocol, network, address = "", transport, certificate = "", ...more] = fields;
    expect([core, protocol, network, transport, more]).toEqual(["1", "6", "unix", "grpc", []]);
    expect(Buffer.byteLength(address)).toBeLessThan(104);
    expect(certificate).toMatch(/^[A-Za-z0-9+/]{100,}$/);
    const { subjectAltName, validFrom } = new X509Certificate(Buffer.from(certificate, "base64"));
    expect(subjectAltName).toContain("DNS:localhost");
    expect(Date.parse(validFrom)).toBeLessThan(Date.now() - 20_000);
    expect((await provider.getMetadata()).resources).toHaveLength(5);
  });

  test("never has padding, whatever the certificate's length, and is one that OpenSSL verifies", () => {
    const paddings = new Set<number>();
    for (let round = 0; round < 200; round += 1) {
      const { der, key } = createIdentity(Date.now());
      const line = handshakeLine({ network: "unix" }, "a.sock", { der, key }, {}).split("|")[5] ?? "";
      expect(line).toMatch(/^[A-Za-z0-9+/]+$/);
      paddings.add(line.length % 4);
      const certificate = new X509Certificate(pemOf(der));
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(certificate.checkHost("localhost")).toBe("localhost");
    }
    // Signatures differ in length, so both forms occurred.
    expect(paddings.size).toBeGreaterThan(1);
  });

  test("has no certificate if the host requests plain text", async () => {
    const { fields, provider } = await started({}, null);
    expect(fields).toHaveLength(6);
    expect(fields[5]).toBe("");
    expect((await provider.getMetadata()).resources).toHaveLength(5);
  });

  test("refuses several services on one connection if the host requests them", () => {
    const line = handshakeLine({ network: "tcp" }, "127.0.0.1:1", undefined, { PLUGIN_MULTIPLEX_GRPC: "true" });
    expect(line).toBe("1|6|tcp|127.0.0.1:1|grpc||false");
  });

  test("names a socket in the host's own folder, which disappears with the process", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "uko-sockets-"));
    const host = await started({ PLUGIN_UNIX_SOCKET_DIR: folder });
    const socket = host.fields[3] ?? "";
    expect(path.dirname(socket)).toBe(folder);
    expect(existsSync(socket)).toBe(true);
    await host.controller.shutdown();
    await host.ended();
    expect(existsSync(socket)).toBe(false);
    await rm(folder, { recursive: true });
  });

  test.each([`/tmp/${"d".repeat(90)}`, "/there/is/no/such/folder"])(
    "names a socket in the system's own folder if none can be created in that of this process: %s",
    async (folder) => {
      if (folder.startsWith("/tmp/")) await mkdir(folder, { recursive: true });
      const { fields, provider } = await started({ TMPDIR: folder });
      expect(path.dirname(fields[3] ?? "")).toBe("/tmp");
      expect((await provider.getMetadata()).resources).toHaveLength(5);
      await rm(folder, { recursive: true, force: true });
    },
  );

  test("names a port of this machine on Windows, under the same certificates", async () => {
    const { network, bind, address } = createEndpoint({}, "win32");
    expect([network, bind]).toEqual(["tcp", "127.0.0.1:0"]);
    const [own, identity] = [await createCertificate(), createIdentity(Date.now())];
    const server = createServer(
      createSession(
        createLog(
          {},
          () => new Date(),
          () => {},
        ),
        "tofu",
      ),
      () => {},
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(bind, credentialsFor(own.cert, identity), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const client = connect(handshakeLine({ network }, address(port), identity, {}).split("|"), own);
    expect((await callsOf(client, Provider).getMetadata()).resources).toHaveLength(5);
    client.close();
    server.forceShutdown();
  });
});

describe("a caller of the plugin", () => {
  test("is the host that started it; another certificate or none is refused", async () => {
    const { fields } = await started();
    for (const other of [await createCertificate(), null]) {
      const client = connect(fields, other);
      const refused = callsOf(client, Provider).getMetadata();
      await expect(refused).rejects.toMatchObject({ code: status.UNAVAILABLE });
      client.close();
    }
  });
});

describe("a person who starts the provider by hand", () => {
  test("reads a description and instructions", async () => {
    const { code, stdout, stderr } = await outputOf(spawn(process.execPath, [main], { env: childEnv }));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^terraform-provider-uko \d+\.\d+\.\d+ is started by OpenTofu or Terraform\..*tofu init\. .*; --help lists them\.\n$/,
    );
  });

  test("gets with --debug the variable by which engines find it, and stops it with Ctrl-C", async () => {
    const child = spawn(process.execPath, [main, "--debug"], { env: childEnv });
    const line = await new Promise<string>((resolve) =>
      child.stdout.once("data", (text: Buffer) => resolve(text.toString())),
    );
    const value = /^TF_REATTACH_PROVIDERS='(?<json>\{.*\})'\n$/.exec(line)?.groups?.json ?? "";
    const places = Object.entries(JSON.parse(value) as Record<string, { Addr: { String: string } }>);
    expect(places.map(([address]) => address)).toEqual([
      "registry.opentofu.org/pulumi-uko/uko",
      "registry.terraform.io/pulumi-uko/uko",
    ]);
    expect(places[0]?.[1]).toMatchObject({ Protocol: "grpc", ProtocolVersion: 6, Pid: child.pid, Test: true });
    const client = connect(["", "", "unix", places[0]?.[1].Addr.String ?? ""], null);
    expect((await callsOf(client, Provider).getMetadata()).resources).toHaveLength(5);
    client.close();
    const end = outputOf(child);
    child.kill("SIGINT");
    expect((await end).code).toBe(0);
  });
});

describe("next to the provider", () => {
  test("a health service exists, and a service that hosts do not need is UNIMPLEMENTED", async () => {
    const own = await createCertificate();
    const host = await started({}, own);
    const client = connect(host.fields, own);
    const { check } = callsOf(client, Health);
    expect((await check({ service: "plugin" })).status).toBe(HealthCheckResponse_ServingStatus.SERVING);
    client.close();
    await expect(host.provider.openEphemeralResource()).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(host.provider.planAction()).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });
});

describe("the end of the process", () => {
  test("comes within two seconds of the host's request, after its response", async () => {
    const host = await started();
    await host.provider.getProviderSchema();
    const begun = performance.now();
    await host.controller.shutdown();
    expect(await host.ended()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test("does not come with Ctrl-C, which the host handles", async () => {
    const host = await started({ TF_LOG_PROVIDER: "debug" });
    host.child.kill("SIGINT");
    await expect.poll(() => host.log(), { timeout: 25_000 }).toContain("SIGINT is for the host to act on");
    expect((await host.provider.getMetadata()).resources).toHaveLength(5);
    expect(host.child.exitCode).toBeNull();
  });

  test("comes with SIGTERM", async () => {
    const host = await started();
    host.child.kill("SIGTERM");
    expect(await host.ended()).toBe(0);
  });

  test("comes when the host has exited", async () => {
    const script = `"${process.execPath}" "${main}" & echo "pid $!"; wait`;
    const shell = spawn("/bin/sh", ["-c", script], {
      env: { ...childEnv, TF_PLUGIN_MAGIC_COOKIE: magicCookie },
    });
    let out = "";
    shell.stdout.on("data", (text: Buffer) => {
      out += text.toString();
    });
    await expect.poll(() => /pid (\d+)[\s\S]*^1\|6\|/m.test(out), { timeout: 20_000 }).toBe(true);
    const pid = Number(/pid (\d+)/.exec(out)?.[1]);
    shell.kill("SIGKILL");
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    await expect.poll(isAlive, { timeout: 20_000 }).toBe(false);
  });
});

test("messages name the engine that installed the provider, and OpenTofu if that engine is unknown", () => {
  const place = "pulumi-uko/uko/0.1.0/linux_amd64/terraform-provider-uko";
  expect(commandOf(`/w/.terraform/providers/registry.terraform.io/${place}`)).toBe("terraform");
  expect(commandOf(`.terraform\\providers\\registry.terraform.io\\${place}`)).toBe("terraform");
  expect(commandOf(`/w/.terraform/providers/registry.opentofu.org/${place}`)).toBe("tofu");
  expect(commandOf("/w/uko/build/terraform/terraform-provider-uko")).toBe("tofu");
});
