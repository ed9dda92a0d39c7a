/** The campaign folder on disk: regular files only, replaced as a whole, so that a crash leaves the earlier file. */

import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { CampaignFolder } from "../engine/campaign/folder.ts";
import { UkoError } from "../errors.ts";
import { createLineWriter, systemSays } from "./durable-append.ts";

const reading = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

export function createCampaignFolder(folder: string): CampaignFolder {
  const at = (name: string): string => path.join(folder, name);
  return {
    path: folder,
    async read(name, maxBytes) {
      try {
        const file = await open(at(name), reading);
        try {
          const found = await file.stat();
          if (!found.isFile()) throw refused(name, "It is not a regular file. ");
          if (found.size > maxBytes) throw refused(name, `It is larger than ${maxBytes} bytes. `);
          return await file.readFile("utf8");
        } finally {
          await file.close();
        }
      } catch (error) {
        if ((error as { code?: unknown }).code === "ENOENT") return undefined;
        throw error instanceof UkoError ? error : unusable("read", at(name), error);
      }
    },
    async write(name, text) {
      const temporary = `${at(name)}.new`;
      try {
        await mkdir(path.dirname(at(name)), { recursive: true });
        await writeNew(temporary, text);
        await rename(temporary, at(name));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw unusable("written", at(name), error);
      }
    },
    async create(name, text) {
      const exists = await lstat(at(name)).then(
        () => true,
        () => false,
      );
      if (exists) {
        throw new UkoError("UKO_CAMPAIGN_INVALID", {
          summary: `${at(name)} exists already`,
          detail: "uko does not overwrite it. Nothing was changed. Next: name another folder with --folder",
        });
      }
      await this.write(name, text);
    },
    async makeFolder(name) {
      try {
        await mkdir(at(name), { recursive: true });
      } catch (error) {
        throw unusable("written", at(name), error);
      }
    },
    pathOf: at,
    async append(name, text) {
      try {
        await createLineWriter(at(name))(text.trimEnd());
      } catch (error) {
        throw unusable("written", at(name), error);
      }
    },
    async list(name) {
      try {
        return (await readdir(at(name))).sort();
      } catch (error) {
        if ((error as { code?: unknown }).code === "ENOENT") return [];
        throw unusable("read", at(name), error);
      }
    },
  };
}

async function writeNew(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, "wx", 0o644);
  try {
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function refused(name: string, why: string): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `uko does not read ${name}`,
    detail: `${why}Nothing was changed.`,
  });
}

function unusable(verb: string, file: string, error: unknown): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${file} could not be ${verb}`,
    detail: `${systemSays(error)}Nothing was changed in the service. Next: check the folder and its permissions`,
    cause: error,
  });
}
