/** People who have the command `uko` and no engine. */

import { mkdir, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Person, type Variables, Workspace } from "./person.ts";
import { StageOfPeople } from "./stage-of-people.ts";

class CommandPerson extends Person {
  protected override engineVariables(): Variables {
    return { PATH: path.dirname(process.execPath) };
  }
}

export class CommandWorkspace extends Workspace<CommandPerson> {
  static async create(): Promise<CommandWorkspace> {
    return new CommandWorkspace(await mkdtemp(path.join(os.tmpdir(), "uko-people-")));
  }

  async person(name: string, { env }: { readonly env: Variables }): Promise<CommandPerson> {
    const folders = this.foldersOf(name);
    for (const folder of [folders.workingCopy, folders.tmp]) await mkdir(folder, { recursive: true });
    return this.join(new CommandPerson(name, folders, env));
  }
}

export class CommandStage extends StageOfPeople<CommandPerson> {}
