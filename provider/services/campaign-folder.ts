/**
 * Reads and writes the files of a campaign in its folder; a crash leaves the earlier file whole. Links in the folder
 * are not followed, because a link that another person committed could lead uko to files outside the folder.
 */

import { existsSync } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { CampaignFolder } from "../campaign/files/file-forms.ts";
import { UkoError } from "../errors.ts";
import { aLink, isLink, textParts } from "../process/regular-file.ts";
import { createLineWriter, saySystemError } from "./durable-append.ts";

/** The nearest folder with a campaign.yaml: this folder, or one above it. */
export function findCampaignFolder(start: string): string | undefined {
  let folder = path.resolve(start);
  while (!existsSync(path.join(folder, "campaign.yaml"))) {
    const above = path.dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
  return folder;
}

export function createCampaignFolder(folder: string): CampaignFolder {
  const at = (name: string): string => path.join(folder, name);
  /** Throws if the subfolder of this file is a link: it could lead to a place outside the folder that the user named. */
  const requireNoLink = (name: string): void => {
    if (path.dirname(name) !== "." && isLink(at(path.dirname(name)))) throw aLink;
  };
  return {
    path: folder,
    async read(name, maxBytes) {
      // An empty file has one part, and a file that does not exist has none.
      const parts = [...this.parts(name, maxBytes)];
      return parts.length === 0 ? undefined : parts.join("");
    },
    *parts(name, maxBytes) {
      try {
        requireNoLink(name);
        yield* textParts(at(name), { maxBytes, isLinkRefused: true });
      } catch (error) {
        if ((error as { code?: unknown }).code !== "ENOENT") throw unusable("read", at(name), error);
      }
    },
    async write(name, text) {
      const temporary = `${at(name)}.new`;
      try {
        requireNoLink(name);
        await mkdir(path.dirname(at(name)), { recursive: true });
        await writeNew(temporary, text);
        await rename(temporary, at(name));
      } catch (error) {
        if (error !== aLink) await rm(temporary, { force: true }).catch(() => {});
        throw unusable("written", at(name), error);
      }
    },
    async create(name, text) {
      const exists = await lstat(at(name)).then(
        () => true,
        () => false,
      );
      if (exists) {
        throw new UkoError("UKO_INPUT_INVALID", {
          summary: `${at(name)} exists already`,
          detail: "uko does not overwrite it. Nothing was changed. Next: name another folder with --folder",
        });
      }
      await this.write(name, text);
    },
    async makeFolder(name) {
      try {
        if (isLink(at(name))) throw aLink;
        await mkdir(at(name), { recursive: true });
      } catch (error) {
        throw unusable("written", at(name), error);
      }
    },
    pathOf: at,
    async append(name, text) {
      try {
        requireNoLink(name);
        await createLineWriter(at(name))(text.trimEnd());
      } catch (error) {
        throw unusable("written", at(name), error);
      }
    },
    async remove(name) {
      try {
        requireNoLink(name);
        await rm(at(name));
      } catch (error) {
        throw unusable("removed", at(name), error);
      }
    },
    async list(name) {
      try {
        if (isLink(at(name))) throw aLink;
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

function unusable(verb: string, file: string, error: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} could not be ${verb}`,
    detail: `${saySystemError(error)}Nothing was changed in the service. Next: check the folder and its permissions`,
    cause: error,
  });
}
