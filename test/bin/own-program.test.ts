import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ownProgram } from "../../provider/bin/own-program.ts";
import { useFolder } from "../support/use-folder.ts";

const folder = useFolder();

const place = (over: Partial<Parameters<typeof ownProgram>[0]> = {}) =>
  ({
    environment: { PATH: folder },
    executable: "/opt/plugins/pulumi-resource-uko",
    home: "/people/bob",
    system: "linux",
    ...over,
  }) as const;

test("names no executable where uko is on PATH", () => {
  writeFileSync(path.join(folder, "uko"), "");
  chmodSync(path.join(folder, "uko"), 0o755);
  expect(ownProgram(place({ environment: { PATH: `/nowhere:${folder}` } }))).toBeUndefined();
});

test("a folder or a file that cannot be started is not uko", () => {
  mkdirSync(path.join(folder, "uko"));
  expect(ownProgram(place())).toBe("/opt/plugins/pulumi-resource-uko");
  rmSync(path.join(folder, "uko"), { recursive: true });
  writeFileSync(path.join(folder, "uko"), "", { mode: 0o644 });
  expect(ownProgram(place({ environment: { PATH: `:${folder}` } }))).toBe("/opt/plugins/pulumi-resource-uko");
});

test("names an executable in the home folder as every person who installed the plugin finds it", () => {
  const executable = "/people/bob/.pulumi/plugins/resource-uko-v0.1.0/pulumi-resource-uko";
  expect(ownProgram(place({ executable }))).toBe("~/.pulumi/plugins/resource-uko-v0.1.0/pulumi-resource-uko");
  expect(ownProgram(place({ executable: "/people/bobby/x" }))).toBe("/people/bobby/x");
  expect(ownProgram(place({ executable, home: "" }))).toBe(executable);
});

test("quotes a path for the shell", () => {
  expect(ownProgram(place({ executable: "/people/bob/my work/.terraform/x" }))).toBe("~/'my work/.terraform/x'");
  expect(ownProgram(place({ executable: "/data/it's/x" }))).toBe("'/data/it'\\''s/x'");
  const executable = "C:\\Users\\Bob B\\pulumi-resource-uko.exe";
  expect(ownProgram(place({ executable, system: "win32" }))).toBe(`"${executable}"`);
});

test("names no executable of a pipeline, because a person reads its log on another machine", () => {
  expect(ownProgram(place({ environment: { PATH: folder, CI: "true" } }))).toBeUndefined();
});
