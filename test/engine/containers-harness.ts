/** Handlers of vaults, keystores and templates for one person in the emulator. */

import type { World } from "../../provider/engine/ports/world.ts";
import { createHandlers, type Handlers } from "../../provider/engine/resource/handlers.ts";
import { keyTemplate } from "../../provider/resources/key-template/index.ts";
import type { KeyTemplateInputs, KeyTemplateState } from "../../provider/resources/key-template/schema.ts";
import { keystore } from "../../provider/resources/keystore/index.ts";
import type { KeystoreInputs, KeystoreState } from "../../provider/resources/keystore/schema.ts";
import { type VaultInputs, type VaultState, vault } from "../../provider/resources/vault.ts";
import type { EngineWorld, Person, RunChoices } from "./harness.ts";

export interface ContainerHandlers {
  readonly world: World;
  readonly run: ReturnType<EngineWorld["run"]>;
  readonly vaults: Handlers<VaultInputs, VaultState>;
  readonly keystores: Handlers<KeystoreInputs, KeystoreState>;
  readonly templates: Handlers<KeyTemplateInputs, KeyTemplateState>;
}

export function containersOf(uko: EngineWorld, who: Person, choices: RunChoices = {}): ContainerHandlers {
  const run = uko.run(who, choices);
  const { world } = run;
  const context = {
    open: () => ({ world, run: { leastPeople: "single" as const, approvals: [] } }),
    userInterface: { rerun: "pulumi destroy" },
    secretDigests: world.secretDigests,
  } as const;
  return {
    world,
    run,
    vaults: createHandlers(vault, context),
    keystores: createHandlers(keystore, context),
    templates: createHandlers(keyTemplate, context),
  };
}

/** Inputs as an interface passes them on, or the failures that stop it. */
export function checkedBy<Inputs, State extends Inputs>(
  handlers: Handlers<Inputs, State>,
  news: unknown,
  olds: unknown = {},
): unknown {
  const { inputs, failures } = handlers.check(news, olds);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return inputs;
}

type Port = "keystores" | "templates";

/** The bodies sent by PATCH, recorded at the port. */
export function spiedOn<Name extends Port>(
  name: Name,
): { patches: Parameters<World[Name]["update"]>[1][]; wrap: (world: World) => World } {
  type Call = Parameters<World[Name]["update"]>;
  const patches: Call[1][] = [];
  const wrap = (world: World): World => {
    const update = world[name].update as (...call: Call) => ReturnType<World[Name]["update"]>;
    const spy = (...call: Call) => {
      patches.push(call[1]);
      return update(...call);
    };
    return { ...world, [name]: { ...world[name], update: spy } };
  };
  return { patches, wrap };
}
