/** The audit events that IBM would have of the steps in an evidence file, as an auditor exports them. */

import { jsonLines } from "../support/json-lines.ts";

export interface ExportedEvent {
  readonly eventTime: string;
  readonly action: string;
  readonly outcome: string;
  readonly initiator: { readonly id: string };
  readonly target: { readonly id: string };
}

interface Line {
  readonly time: string;
  readonly phase: string;
  readonly step: string;
  readonly instanceId: string;
  readonly keyId: string;
  readonly actor: { readonly iamId: string };
}

export function eventOf(line: Pick<Line, "time" | "instanceId" | "keyId">, iamId: string, step = ""): ExportedEvent {
  const { time, instanceId, keyId } = line;
  return {
    eventTime: time.replace("Z", ".42+0000"),
    action: `hs-crypto.managed-keys.${step === "remove" ? "delete" : "write"}`,
    outcome: "success",
    initiator: { id: iamId },
    target: { id: `crn:v1:bluemix:public:hs-crypto:us-south:a/0:${instanceId}:managed-key:${keyId}` },
  };
}

export function eventsOf(evidence: string): readonly ExportedEvent[] {
  return jsonLines<Line>(evidence)
    .filter(({ phase }) => phase === "after")
    .map((line) => eventOf(line, line.actor.iamId, line.step));
}
