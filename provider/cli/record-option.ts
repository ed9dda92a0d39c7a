/** Defines `--record`, and opens the recording that it names. No variable and no engine can ask for one. */

import { Option } from "commander";
import type { Recorder } from "../compose/recording.ts";
import type { CliWorld, OpenOperations } from "./cli-world.ts";

export const recordOption = (): Option =>
  new Option("--record <file>", "also append the requests and answers of this run to a recording, redacted");

export interface Recording {
  readonly record?: string;
}

/** The world of a command whose run is recorded, if a file is named. */
export function recordedWorld<World extends CliWorld>(world: World, command: string, { record }: Recording): World {
  if (record === undefined) return world;
  return {
    ...world,
    async openOperations(environment, outputs): Promise<OpenOperations> {
      const { openRecorder } = await import("../compose/recording.ts");
      let recorder: Recorder | undefined;
      // The file is created last, so that a mistake in the settings leaves no empty one.
      const watch: Recorder["watch"] = (exchange) => recorder?.watch(exchange);
      const opened = await world.openOperations(environment, { ...outputs, watch });
      try {
        recorder = await openRecorder(record, command, outputs.note ?? outputs.progress.report);
      } catch (error) {
        await opened.close();
        throw error;
      }
      return {
        ...opened,
        async close() {
          const { settings, caller } = opened;
          await recorder?.finish({ settings, caller: () => caller({ signal: AbortSignal.timeout(callerMs) }) });
          await opened.close();
        },
      };
    },
  };
}

/** The token of the run names the caller, so this takes no call unless the token has just expired. */
const callerMs = 10_000;
