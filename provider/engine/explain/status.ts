/** What `status` says of a key, and what commands say that have reached what they were asked for. */

import { anyBindingRecord } from "../../lifecycle/consent-record.ts";
import { lifecycleStateOf } from "../../lifecycle/lifecycle-state.ts";
import type { KeystoreStatus } from "../../lifecycle/observation.ts";
import type { Plan, Run } from "../../lifecycle/plan.ts";
import type { Observed } from "../observe.ts";
import type { RunMemory } from "../reconcile.ts";
import type { Door, Explanation } from "./explanation.ts";
import { explainOutcome } from "./outcome.ts";
import { actCommands, explainNotBinding } from "./waits.ts";
import {
  describeTaken,
  keyPath,
  plain,
  sayAuthor,
  sayKey,
  sayState,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
} from "./words.ts";

/** A key on its way out is told as its next run would tell it; any other key in a line. Never an exit code but 0. */
export function explainStatus(observed: Observed, run: Run, plan: Plan, door: Door): Explanation {
  const { observation, nowMs } = observed;
  const isOnFile = anyBindingRecord(observation, nowMs).binds;
  const isEnding = isOnFile || observation.state === "deactivated" || observation.state === "destroyed";
  if (isEnding && plan.kind !== "ready" && plan.kind !== "done") {
    const { code: _code, ...told } = explainOutcome(
      { kind: "stopped", plan, observed, memory: { run, taken: [] } },
      door,
    );
    return {
      ...told,
      facts: [
        ...told.facts.filter((fact) => !fact.startsWith("Nothing was changed by this")),
        ...keystoreLines(observation.keystores),
      ],
    };
  }
  const key = sayKey(observation).replace(/^k/, "K");
  const standing = anyBindingRecord(observation, nowMs);
  const dead = standing.binds ? undefined : explainNotBinding(standing.why);
  const state = lifecycleStateOf(observation, run, nowMs);
  return {
    summary: `${key} is ${state.replaceAll("_", " ")}; ${observation.state === "destroyed" ? "its record can be removed" : "no deletion is on file"}`,
    facts: [
      ...(observation.use.kind === "known" && observation.use.count > 0
        ? [`${sayState(observation)}.`.replace(/^t/, "T")]
        : []),
      ...(dead === undefined ? [] : [dead]),
      ...keystoreLines(observation.keystores),
    ],
    next: [],
  };
}

/** What a command says that reached its goal. */
export function explainDone({ observation, nowMs }: Observed, memory: RunMemory, door: Door): Explanation {
  const key = sayKey(observation);
  const did = memory.taken.map(describeTaken).filter((sentence) => sentence !== undefined);
  const standing = anyBindingRecord(observation, nowMs);
  if (standing.binds && standing.record.how === "answer") {
    const { record } = standing;
    return {
      summary: `Your consent to the ${stepNouns[record.step]} of ${key} is on file until ${sayTime(standing.lapsesAtMs)}`,
      facts: [`No step was taken: ${sayState(observation)}.`],
      next: [
        {
          who: "whoever asked, or anybody else with the right, runs",
          commands: actCommands(record.id, keyPath(observation), door),
        },
      ],
    };
  }
  return {
    summary:
      `Done: ${sayState(observation)}${observation.state === "destroyed" ? "" : ", and no deletion is on file"}`.replace(
        "the key",
        key,
      ),
    facts: [
      ...did.map((sentence) => `${sentence}.`),
      ...(standing.binds ? [`On file: a record by ${sayAuthor(standing.record)}.`] : []),
      ...(memory.run.syncedHere === true ? keystoreLines(observation.keystores, nowMs) : []),
    ],
    next: [],
  };
}

/** The keystores that say anything but the plain state of the key. */
function keystoreLines(keystores: readonly KeystoreStatus[], nowMs?: number): readonly string[] {
  return keystores.map((each) => {
    const until =
      each.destructionAtMs === undefined
        ? ""
        : `, until ${nowMs === undefined ? sayTime(each.destructionAtMs) : sayTimeAndDistance(each.destructionAtMs, nowMs)}`;
    return `Keystore "${plain(each.name, 60)}": ${each.status}, ${each.syncFlag}${until}`;
  });
}
