/**
 * Plays a story: one emulator, its people, each at a machine of their own, and one step after the other. The clock is the
 * emulator's, so nothing waits. A process is a run in this process on a network of its own (network.ts).
 */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openOperations } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import type { AuditEntry } from "../../provider/emulator/store/audit.ts";
import { parseDurationMs } from "../../provider/emulator/store/clock.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { faultSchema } from "../../provider/emulator/store/faults.ts";
import type { Key } from "../../provider/emulator/store/model.ts";
import { resolveSwitches } from "../../provider/emulator/store/switches.ts";
import type { Clock } from "../../provider/engine/ports/world.ts";
import { quietWorld, unsigned } from "../cli/harness.ts";
import { asOutsider } from "../contracts/interfaces/support/outsider.ts";
import { answerTo } from "../support/answers.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { makeCampaign } from "../support/moves.ts";
import { useConsole } from "./console.ts";
import { type Edit, editFiles } from "./edits.ts";
import { type Engine, type EngineReport, openEngine, type Verb } from "./engine.ts";
import { connectDynamic } from "./hosts.ts";
import { isRecord, plantText } from "./mallory.ts";
import { runOnNetwork } from "./network.ts";
import type { Fault, Setting, Step, Who } from "./story.ts";
import { apiKeyOf, keyNames, kmsKeyId, seededKeys, simulatedSeed, vaultId } from "./world.ts";

/** What became of one step. */
export interface Played {
  readonly step: Step;
  readonly exitCode: number | undefined;
  /** Everything that the run showed, with the questions. */
  readonly shown: string;
  readonly isKilled: boolean;
  readonly isAtTerminal: boolean;
  /** The calls of this step, those of the meanwhile included. */
  readonly trail: readonly AuditEntry[];
  /** The hosts to which the run sent anything, other than the service of the story. */
  readonly elsewhere: readonly string[];
  /** The last entry of the trail before the person answered for the last time; absent if the run asked nothing. */
  readonly lookedAt?: number;
  /** What the run itself threw; only a defect does. */
  readonly thrown?: unknown;
  readonly engine?: EngineReport;
}

export interface Stage {
  readonly emulator: Emulator;
  begin(setting: Setting): void;
  /** Whether the story leaves the rule of people to the program. */
  isLenient(): boolean;
  play(step: Step): Promise<Played>;
  /** The key of this name as the service has it; undefined if it was never made, or is removed. */
  keyOf(name: string): Key | undefined;
  /** The texts of all files that this person's runs wrote. */
  filesOf(who: Who): readonly string[];
  evidenceOf(who: Who): string;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const emulator = await startEmulator({ seed: simulatedSeed });
  const pulumi = await connectDynamic();
  const root = mkdtempSync(path.join(tmpdir(), "uko-simulation-"));
  const { world, url } = emulator;
  const homes = new Map<Who, string>();
  const ids = new Map<string, string>();
  const backend = path.join(root, "backend");
  let stack: Engine | undefined;
  let folder: string | undefined;
  let isLenient = false;
  let lookedAt: number | undefined;
  const lastEntry = (): number => world.audit.since(0).at(-1)?.seq ?? 0;

  /** Whoever waits moves the clock of the service. */
  const clock: Clock = {
    monotonicMs: () => performance.now(),
    async sleep(ms, signal) {
      signal.throwIfAborted();
      world.clock.advance(ms);
    },
  };
  const homeOf = (who: Who): string => {
    const known = homes.get(who) ?? mkdtempSync(path.join(root, `${who}-`));
    homes.set(who, known);
    return known;
  };
  const environmentOf = ({ who, env = {}, fault }: Step): Record<string, string> => ({
    ...emulatorAddresses(url),
    HOME: homeOf(who),
    XDG_STATE_HOME: homeOf(who),
    UKO_INSTANCE_ID: demoInstanceId,
    UKO_API_KEY: apiKeyOf(who),
    ...(fault?.kind === "no disk" && { UKO_EVIDENCE: "/proc/none/evidence.jsonl" }),
    ...env,
  });
  const learnNames = (): void => {
    for (const { id, label } of world.keys.values()) {
      if (!ids.has(label) && keyNames.includes(label)) ids.set(label, id);
    }
  };
  /** An ID that no key has stands for a key that was never made. */
  const pathOf = (name: string): string =>
    name === "backup" ? `kms/${kmsKeyId}` : `${vaultId}/${ids.get(name) ?? "9b2d0000-0000-4000-8000-0000000000ff"}`;
  const wordsOf = (text: string): readonly string[] =>
    Array.from(text.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "").map((word) =>
      word.startsWith("@") ? pathOf(word.slice(1)) : word,
    );

  /** A campaign that destroys every key, which Carol planned and signed. */
  const campaignFolder = async (): Promise<string> => {
    if (folder !== undefined) return folder;
    folder = mkdtempSync(path.join(root, "campaign-"));
    await makeCampaign(folder, (line) => play({ who: "carol", types: `uko ${line}`, answers: "yes" }));
    return folder;
  };
  const runCommand = async (step: Step, words: readonly string[], show: (text: string) => void): Promise<number> => {
    const choices: string[] = [];
    /** Of what a campaign offers, a person takes the first thing, then the second, and then stops. */
    const answer = (question: string): string => {
      if (!question.startsWith("Choose a number")) return answerTo(question);
      choices.push(question);
      return choices.length > 2 ? "" : String(choices.length);
    };
    const quiet = quietWorld({
      environment: environmentOf(step),
      openOperations: (variables, outputs) => openOperations(variables, { ...outputs, clock, signingPlaces: unsigned }),
      ...(step.answers !== undefined && {
        ask: async (question: string) => {
          show(question);
          const at = lastEntry();
          if (step.meanwhile !== undefined) await play(step.meanwhile);
          lookedAt = at;
          // The runs of a person know what that person requested. They ask only about a request that another person made up,
          // which Mallory calls hers.
          const isHonest = question.startsWith("Did you request this?") && step.who !== "mallory";
          return step.answers === "yes" && !isHonest ? answer(question) : "no";
        },
      }),
    });
    const watched = {
      ...quiet,
      out: { ...quiet.out, write: (text: string) => show(text) },
      err: { ...quiet.err, write: (text: string) => show(text) },
    };
    return runCli(words, watched);
  };
  const engineOf = (): Engine => {
    if (stack === undefined) throw new Error("No story has begun.");
    return stack;
  };
  const runProgram = async (verb: string, show: (text: string) => void): Promise<EngineReport> => {
    const show1 = (line: string): void => show(`${line}\n`);
    const outputs = { progress: { report: show1 }, note: show1, warn: show1, evidenceLog: show1 };
    const report = await engineOf().run(verb as Verb, { ...outputs, clock, signingPlaces: unsigned });
    show1(report.says);
    return report;
  };
  const sitAtConsole = async (step: Step, words: readonly string[], show: (text: string) => void): Promise<void> => {
    const { meanwhile } = step;
    await useConsole(words, {
      environment: environmentOf(step),
      ...(words[0] === "wave" && { folder: `${await campaignFolder()}/campaign` }),
      show,
      meanwhile: async () => {
        const at = lastEntry();
        if (meanwhile !== undefined) await play(meanwhile);
        lookedAt = at;
      },
    });
  };
  const callTool = async ({ who, types }: Step): Promise<void> => {
    const [kind = "", verb = "", at = "", ...rest] = types.split(" ");
    const id = ids.get(at.slice(1));
    if (id === undefined) return;
    const tool = asOutsider(url, apiKeyOf(who));
    // What the service refuses is no concern of this story.
    const refused = (): void => {};
    if (kind === "edit") {
      const folders = [...homes.values(), ...(folder === undefined ? [] : [folder])];
      const campaign = folder === undefined ? undefined : path.join(folder, "campaign");
      editFiles(verb as Edit, id, { engine: engineOf(), folders, campaign });
      return;
    }
    if (kind === "plant") {
      // A touch within two seconds of a text that she planted herself is a limit that the pages state, as below.
      // A text of the same second as the one before it says the same.
      world.clock.advance(isRecord(verb) ? 1_000 : 5_000);
      await plantText({ tool, world }, id, verb, rest).catch(refused);
      // In the same second, a person's own request would be the planted one, letter by letter but for its seal.
      world.clock.advance(1_000);
      return;
    }
    // Another tool's touch within two seconds of a planted text is a limit that the pages state.
    world.clock.advance(5_000);
    const backingKey = world.keys.get(id)?.placements[0]?.backingKeyId;
    if (verb === "touch") {
      // A write that changes nothing but the last writer.
      await tool.patch(id, { description: world.keys.get(id)?.description }).catch(refused);
    } else if (verb === "window") {
      const headers = { "bluemix-instance": demoInstanceId };
      await tool.call("POST", `/api/v2/keys/${backingKey}/actions/setKeyForDeletion`, undefined, headers);
    } else if (verb === "tag") await tool.patch(id, { tags: [{ name: rest[0], value: rest[1] }] }).catch(refused);
    else if (verb === "hold") await holdByTool(who, id);
    else if (verb === "describe") await tool.patch(id, { description: rest.join(" ") }).catch(refused);
    else await tool.act(id, verb).catch(refused);
    world.clock.advance(5_000);
  };

  const holdByTool = async (who: Who, id: string): Promise<void> => {
    const tags = [...(world.keys.get(id)?.tags ?? []), { name: "hold", value: "court" }];
    // What the service refuses is no concern of this story.
    await asOutsider(url, apiKeyOf(who))
      .patch(id, { tags })
      .catch(() => {});
  };

  const jump = (): void => world.clock.advance(10 * 60_000);
  const play = async (step: Step): Promise<Played> => {
    const types = step.types.includes("FOLDER") ? step.types.replaceAll("FOLDER", await campaignFolder()) : step.types;
    // The campaign of a page is planned before the fault of this step can strike its plan.
    if (types.startsWith("console wave")) await campaignFolder();
    const [kind = "", ...words] = wordsOf(types);
    const first = lastEntry();
    lookedAt = undefined;
    let shown = "";
    const show = (text: string): void => {
      shown += text;
    };
    const own = process.env;
    let exitCode: number | undefined;
    let engine: EngineReport | undefined;
    let thrown: unknown;
    let isKilled = false;
    let elsewhere: ReadonlySet<string> = new Set();
    if (kind === "wait") world.clock.advance(parseDurationMs(words[0] ?? "") ?? 0);
    else if (kind === "tool" || kind === "plant" || kind === "edit") await callTool(step);
    else {
      addFault(emulator, step.fault);
      const isEngine = kind === "engine";
      // A program that asks for one person meets an environment that asks for two.
      if (isEngine) {
        process.env = { ...environmentOf(step), ...(!isLenient && { UKO_DUAL_AUTHORIZATION: "required" }) };
      }
      const held = ids.get(/@(\w+)/.exec(types)?.[1] ?? "");
      const hold = async (): Promise<void> => {
        if (held !== undefined) await holdByTool("carol", held);
      };
      const { result, killed, ...network } = runOnNetwork(url, { fault: step.fault, jump, hold }, async () => {
        if (isEngine) engine = await runProgram(words[0] ?? "", show);
        else if (kind === "console") await sitAtConsole(step, words, show);
        else exitCode = await runCommand(step, words, show);
      });
      elsewhere = network.elsewhere;
      const ended = result.catch((error: unknown) => {
        thrown = error;
      });
      await Promise.race([ended, killed.then(() => (isKilled = true))]);
      process.env = own;
      world.faults.clear();
      if (isKilled) leaveMachine(step.who);
    }
    learnNames();
    const trail = world.audit.since(first);
    const isAtTerminal = step.answers !== undefined;
    const ran = { exitCode, shown, isKilled, isAtTerminal, trail, elsewhere: [...elsewhere], thrown };
    const looked = lookedAt;
    return { step, ...ran, ...(looked !== undefined && { lookedAt: looked }), ...(engine !== undefined && { engine }) };
  };
  /** What a killed run still writes goes to a place that no other run reads. */
  const leaveMachine = (who: Who): void => {
    const next = mkdtempSync(path.join(root, `${who}-`));
    cpSync(homeOf(who), next, { recursive: true, filter: (name) => !name.endsWith(".lock") });
    homes.set(who, next);
  };
  const filesOf = (who: Who): readonly string[] =>
    [homeOf(who), ...(folder === undefined ? [] : [folder])].flatMap((place) =>
      readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => path.join(each.parentPath, each.name)),
    );

  return {
    emulator,
    begin({ profile, tickMs, engine = "package", rule }) {
      world.reset();
      world.switches = resolveSwitches(profile);
      world.clock.tickMs = tickMs;
      for (const home of homes.values()) rmSync(home, { recursive: true, force: true });
      homes.clear();
      ids.clear();
      rmSync(backend, { recursive: true, force: true });
      mkdirSync(backend);
      stack = openEngine(engine, root);
      folder = undefined;
      isLenient = rule === "of the program";
      for (const [name, id] of Object.entries(seededKeys)) ids.set(name, id);
    },
    play,
    isLenient: () => isLenient,
    keyOf: (name) => world.keys.get(ids.get(name) ?? ""),
    filesOf: (who) => filesOf(who).map((file) => readFileSync(file, "utf8")),
    evidenceOf: (who) =>
      filesOf(who)
        .filter((file) => /evidence[-/][^/]*\.jsonl$/.test(file))
        .map((file) => readFileSync(file, "utf8"))
        // A file may end with a torn line.
        .join("\n"),
    async close() {
      pulumi.close();
      await emulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const always = { times: 1, skip: 0 };

function addFault({ world }: Emulator, fault: Fault | undefined): void {
  if (fault === undefined) return;
  const once = { ...always, path: "/api/", skip: fault.call - 1 };
  const rules: Partial<Record<Fault["kind"], object>> = {
    "429": { status: 429 },
    "503": { status: 503 },
    "the call is lost": { drop: "before" },
    "the answer is lost": { drop: "after" },
    "an effect, and 503": { status: 503, when: "after" },
    "200, and no effect": { status: 200, body: {} },
    "an empty list": { rewrite: { managed_keys: [], resources: [], total_count: 0 } },
  };
  const rule = rules[fault.kind];
  if (rule !== undefined) world.faults.add(faultSchema.parse({ ...once, ...rule }));
  for (const [operation, rewrite] of Object.entries(lies[fault.kind] ?? {})) {
    world.faults.add(faultSchema.parse({ operation, rewrite }));
  }
}

const absent = { "status_in_keystores.status": "not_present", "status_in_keystores.keystore_sync_flag": "ok" };
const isGone = {
  ...absent,
  "status_in_keystores.keystore_sync_flag_detail": "destroyed_key_is_not_present_in_keystore",
};
const outOfSync = { "status_in_keystores.keystore_sync_flag": "out_of_sync" };
const noMaterial = { key_material_present: [] };
const noStatus = { status_in_keystores: [] };

/** During the whole run, every answer but one says that nothing is left of the key. By fault and call. */
const lies: Partial<Record<Fault["kind"], Readonly<Record<string, object>>>> = {
  "only the metadata names a keystore": {
    getManagedKey: { ...noStatus, ...noMaterial },
    getStatusInKeystores: noStatus,
  },
  "only the stored status names a keystore": {
    getManagedKey: { referenced_keystores: [], ...noMaterial },
    getStatusInKeystores: noStatus,
  },
  "only the material shows": {
    getManagedKey: { ...isGone, "status_in_keystores.destruction_at": null },
    getStatusInKeystores: { ...isGone, "status_in_keystores.destruction_at": null },
  },
  "only the status is pending": { getManagedKey: noMaterial },
  "only a keystore is out of sync": {
    getManagedKey: { ...outOfSync, ...noMaterial },
    getStatusInKeystores: outOfSync,
  },
};
