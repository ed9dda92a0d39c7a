/** The whole state of one local UKO, built from a seed and built again by a reset. */

import { AuditTrail } from "./audit.ts";
import { EmulatedClock, toSecondsText } from "./clock.ts";
import { FaultRules } from "./faults.ts";
import { idSequence, uuidOf } from "./ids.ts";
import type { Caller, Identity, Key, Keystore, Stamps, Template, Twin, Vault } from "./model.ts";
import type { CheckedSeed } from "./seed.ts";
import { type ProfileName, resolveSwitches, type SwitchChoices, type Switches } from "./switches.ts";

export interface WorldOptions {
  readonly profile?: ProfileName | undefined;
  readonly switches?: SwitchChoices | undefined;
}

/** The identity under which UKO itself calls KMS, under the switch `twinIdentity: service`. */
const serviceIdentity: Identity = {
  iamId: "iam-ServiceId-00000000-0000-4000-8000-000000000000",
  kind: "service",
  name: "hs-crypto",
  assumableBy: [],
  rights: new Set(),
};

export const serviceCaller: Caller = {
  iamId: serviceIdentity.iamId,
  authnIamId: serviceIdentity.iamId,
  name: serviceIdentity.name,
  identity: serviceIdentity,
};

export class World {
  readonly seed: CheckedSeed;
  readonly profile: ProfileName;
  readonly #options: WorldOptions;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  origin = "";

  switches: Switches;
  clock: EmulatedClock;
  audit = new AuditTrail();
  faults = new FaultRules();
  newId: (kind: string) => string;
  instanceDualAuth: boolean;
  identities = new Map<string, Identity>();
  apiKeys = new Map<string, Identity>();
  vaults = new Map<string, Vault>();
  keystores = new Map<string, Keystore>();
  templates = new Map<string, Template>();
  /** Keys and their older versions, by id. */
  keys = new Map<string, Key>();
  twins = new Map<string, Twin>();

  readonly #fill: (world: World) => void;

  /** `fill` puts the seed's objects into the empty world, now and at each reset. */
  constructor(seed: CheckedSeed, options: WorldOptions, fill: (world: World) => void) {
    this.seed = seed;
    this.#options = options;
    this.#fill = fill;
    this.profile = options.profile ?? seed.profile ?? "documented";
    this.switches = resolveSwitches(this.profile, seed.switches, options.switches ?? {});
    this.clock = startClock(seed);
    this.newId = idSequence(seed.instance.id);
    this.instanceDualAuth = seed.instance.dualAuthDelete;
    fill(this);
  }

  /** Builds the seeded world again; tokens stay valid only as far as the clock lets them. */
  reset(): void {
    this.switches = resolveSwitches(this.profile, this.seed.switches, this.#options.switches ?? {});
    this.clock = startClock(this.seed);
    this.audit = new AuditTrail();
    this.faults.clear();
    this.newId = idSequence(this.seed.instance.id);
    this.instanceDualAuth = this.seed.instance.dualAuthDelete;
    for (const map of [
      this.identities,
      this.apiKeys,
      this.vaults,
      this.keystores,
      this.templates,
      this.keys,
      this.twins,
    ]) {
      map.clear();
    }
    this.#fill(this);
  }

  get instanceId(): string {
    return this.seed.instance.id;
  }

  get accountId(): string {
    return this.seed.instance.accountId;
  }

  /** Marks a write: new `updated_at`, and, unless told otherwise, a new last writer. */
  touch(object: Stamps, caller: Caller, nowMs: number, options: { readonly writer: boolean } = { writer: true }): void {
    const nowSecondMs = Math.floor(nowMs / 1_000) * 1_000;
    // uko-v4.md 1.4, U3: the ETag is `updated_at` to the second, so two writes in one second share it unless bumped.
    const uniqueMs = Math.max(nowSecondMs, object.updatedMs + 1_000);
    object.updatedMs = this.switches.etagGrain === "unique" ? uniqueMs : nowSecondMs;
    if (options.writer) object.updatedBy = caller.iamId;
  }

  stamps(caller: Caller, nowMs: number): Stamps {
    const secondMs = Math.floor(nowMs / 1_000) * 1_000;
    return { createdMs: secondMs, createdBy: caller.iamId, updatedMs: secondMs, updatedBy: caller.iamId };
  }

  href(path: string): string {
    return this.switches.hrefs === "absolute" ? `${this.origin}/api${path}` : path;
  }

  /** The one key record that callers know by this id, not an older version. */
  headOf(key: Key): Key {
    return key.headId === undefined ? key : (this.keys.get(key.headId) ?? key);
  }

  /** A key's older versions, newest first. */
  olderVersions(key: Key): readonly Key[] {
    return [...this.keys.values()].filter((other) => other.headId === key.id).sort((a, b) => b.version - a.version);
  }
}

export function etagOf(object: Stamps): string {
  return toSecondsText(object.updatedMs);
}

function startClock(seed: CheckedSeed): EmulatedClock {
  const { start, frozen, tickMs } = seed.clock;
  return new EmulatedClock({
    ...(start === undefined ? {} : { startMs: Date.parse(start) }),
    ...(frozen === undefined ? {} : { frozen }),
    ...(tickMs === undefined ? {} : { tickMs }),
  });
}

/** The identifier of a seeded object without one of its own: the same in every run. */
export function seededId(world: World, kind: string, name: string): string {
  return uuidOf(`${world.instanceId}/${kind}/${name}`);
}
