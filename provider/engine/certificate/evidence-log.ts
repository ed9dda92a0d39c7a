/**
 * Reads evidence files, the logs of the steps that runs took, for a certificate of key destruction. It returns the
 * entries, the result of the chain check (`chain.ts`), and the length and the hash of the last line, by which a
 * certificate names each file. A check can limit the reading to the lines that the certificate names. The functions are
 * pure.
 */

import * as z from "zod";
import type { Share } from "../../text/encodings.ts";
import { evidenceLine } from "../commands/audit.ts";
import { type ChainReport, createChainCheck, type EvidenceFileLine } from "./chain.ts";
import { type CertificateLog, keyMetadata, keystoreReport, signedConsent } from "./statement.ts";

const optionalText = z.string().optional().catch(undefined);
/** Parsed less strictly than in a certificate, because a later release may add fields. */
const keystores = z.array(keystoreReport.strip());
const keyDescription = z.object({
  ...keyMetadata,
  isLive: z.boolean(),
  keystores,
  kmsKeys: z.array(z.object({ id: z.string(), state: z.string() })).catch([]),
});
export type KeyDescription = z.infer<typeof keyDescription>;

const loggedLine = evidenceLine.extend({
  seq: z.int().positive().optional().catch(undefined),
  digest: optionalText,
  signed: z.array(signedConsent.strip()).optional().catch(undefined),
  key: keyDescription.optional().catch(undefined),
  reported: keystores.optional().catch(undefined),
  run: z
    .object({ instanceId: z.string(), endpoint: optionalText, credential: z.enum(["api_key", "token"]) })
    .optional()
    .catch(undefined),
});
/** An entry, with the position of its file among the files of the certificate. */
export type LoggedLine = z.infer<typeof loggedLine> & { readonly log: number };

export interface ReadLog {
  readonly log: CertificateLog | undefined;
  readonly entries: readonly LoggedLine[];
  readonly chain: ChainReport;
}

/** A log of a certificate in the file that a person named. */
export type FoundLog = ReadLog & { readonly path: string };

export interface LogReader {
  add(line: EvidenceFileLine): void;
  end(headText: string | undefined): ReadLog;
}

/** With `maxLines`, later lines and the head record, which covers them, are ignored. */
export function createLogReader(share: Share, index: number, maxLines = Number.POSITIVE_INFINITY): LogReader {
  const check = createChainCheck();
  const entries: LoggedLine[] = [];
  let lines = 0;
  return {
    add(line) {
      if (lines >= maxLines) return;
      lines += 1;
      const entry = loggedLine.safeParse(check.add(line)).data;
      if (entry !== undefined) entries.push(share({ ...entry, log: index }));
    },
    end(headText) {
      const chain = check.end(maxLines === Number.POSITIVE_INFINITY ? headText : undefined);
      const log = chain.head === undefined ? undefined : { lines, head: chain.head.sha256 };
      return { log, entries, chain };
    },
  };
}
