/** `install.sh` as a user runs it, and a server of a release that it trusts. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { makeTls } from "../../provider/emulator/tls.ts";

/** Runs the script of the release in `release`, with an empty home in `folder`. */
export async function install(
  { release, folder, caFile }: { readonly release: string; readonly folder: string; readonly caFile: string },
  words: readonly string[],
  folders: readonly string[] = [],
) {
  const home = await mkdtemp(path.join(folder, "home-"));
  const search = [...folders, "/usr/bin", "/bin"].join(path.delimiter);
  const env = { HOME: home, PATH: search, CURL_CA_BUNDLE: caFile };
  const ran = await promisify(execFile)("/bin/sh", [path.join(release, "install.sh"), ...words], { env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, output: stderr }),
  );
  const installed = await readdir(home, { recursive: true });
  return { ...ran, home, installed: installed.filter((name) => !name.startsWith(".gnupg")) };
}

/** Serves the files of a folder by https, until the test ends. */
export async function serve(place: string): Promise<{ readonly url: string; readonly caFile: string }> {
  const { server, caFile, remove } = await makeTls([]);
  onTestFinished(remove);
  return { url: await listen(createHttpsServer(server, filesIn(place)), "https"), caFile };
}

/** Serves the files of a folder by plain http, until the test ends. */
export const serveInPlain = (place: string): Promise<string> => listen(createServer(filesIn(place)), "http");

/** Sends every request on to another server. */
export async function serveRedirects(to: string): Promise<{ readonly url: string; readonly caFile: string }> {
  const { server, caFile, remove } = await makeTls([]);
  onTestFinished(remove);
  const redirect: RequestListener = ({ url }, response) => response.writeHead(302, { location: `${to}${url}` }).end();
  return { url: await listen(createHttpsServer(server, redirect), "https"), caFile };
}

const filesIn =
  (place: string): RequestListener =>
  (request, response) => {
    readFile(path.join(place, path.basename(request.url ?? ""))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  };

async function listen(server: ReturnType<typeof createServer>, scheme: "http" | "https"): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
