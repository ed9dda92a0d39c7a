/** What a campaign of many keys costs: calls per key and step from the audit trail, time, memory and kills. */

import { retireInstance } from "./retire-instance.ts";

const vaults = 12;

/** 12 KMS keys and 1 kill for each 100 keys: 5,000 keys meet 600 KMS keys, 40 blocked keys and 50 kills. */
export async function benchCampaign(keys: number, folder: string): Promise<void> {
  const { violations, callsPerKey, ...figures } = await retireInstance({
    keys,
    vaults: Math.min(vaults, keys),
    kms: Math.floor((keys * 12) / 100),
    blocked: Math.floor((keys * 8) / 1000),
    kills: Math.ceil(keys / 100),
    randomSeed: 1,
    removalDays: [8, 31, 91],
    folder,
    log: (line) => console.log(line),
  });
  console.log(JSON.stringify({ ...figures, violations: violations.length, callsPerKey }, undefined, 2));
  if (violations.length > 0) console.log(JSON.stringify(violations.slice(0, 20), undefined, 2));
}
