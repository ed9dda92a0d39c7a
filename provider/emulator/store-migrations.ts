/** What has to change in a world that an older version wrote, one step per version. */

import type { WorldRecord } from "./store-record.ts";

type Migration = (record: WorldRecord) => WorldRecord;

/** The first step leads from version 1 to version 2. A step never changes once a release has written its version. */
const migrations: readonly Migration[] = [];

export const recordVersion = migrations.length + 1;

/** Brings a record to the present version; refuses one that a newer local UKO wrote. */
export function migrate(record: WorldRecord): WorldRecord {
  if (record.version > recordVersion) {
    throw new Error(
      `The world was written by a newer local UKO: it has version ${record.version}, and this one reads up to version ${recordVersion}. Use that one, or begin with another file.`,
    );
  }
  const steps = migrations.slice(record.version - 1);
  return { ...steps.reduce((older, step) => step(older), record), version: recordVersion };
}
