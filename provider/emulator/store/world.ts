/**
 * Holds all that one emulator has: objects, clock, switches, faults and audit trail. It also creates the IDs of
 * objects, and the dates and ETags of writes.
 */

import { AuditTrail } from "./audit.ts";
import { EmulatedClock, toSecondsText, wholeSecondMs } from "./clock.ts";
import { Collection, Keys, Keystores, KmsKeys, Templates } from "./collections.ts";
import { FaultRules } from "./faults.ts";
import { uuidOf } from "./forms.ts";
import type {
  Caller,
  Identity,
  ImportToken,
  InstancePolicy,
  Key,
  KmsKey,
  Placement,
  Ring,
  Stamps,
  Vault,
} from "./model.ts";
import type { CheckedSeed } from "./seed.ts";
import { type ProfileName, resolveSwitches, type SwitchChoices, type Switches } from "./switches.ts";

export interface WorldOptions {
  readonly profile?: ProfileName | undefined;
  readonly switches?: SwitchChoices | undefined;
}

/** The identity under which UKO itself calls KMS, under the switch `backingKeyIdentity: service`. */
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

/** The collections by ID. A reset empties them; snapshots store them. */
export const collectionNames = [
  "identities",
  "apiKeys",
  "vaults",
  "keystores",
  "templates",
  "keys",
  "kmsKeys",
  "rings",
  "instancePolicies",
  "importTokens",
] as const satisfies readonly (keyof World)[];

/** Single values that snapshots store, too. */
export const valueNames = ["idCount", "instanceName"] as const satisfies readonly (keyof World)[];

/** The start of a world, to which a reset returns. */
export interface Origin {
  readonly seed: CheckedSeed;
  readonly profile: ProfileName;
  readonly choices: SwitchChoices;
}

export class World {
  origin: Origin;
  /** The address by which the client of the current request reaches the emulator. */
  baseUrl = "";

  switches: Switches;
  clock: EmulatedClock;
  audit = new AuditTrail();
  faults = new FaultRules();
  /** The number of IDs so far, from which the next ID follows. */
  idCount = 0;
  /** The name of the instance; empty after its deletion. */
  instanceName = "emulator";
  readonly identities = new Collection<Identity>();
  readonly apiKeys = new Collection<Identity>();
  readonly vaults = new Collection<Vault>();
  readonly keystores = new Keystores();
  readonly templates = new Templates();
  /** Keys and their older versions, by ID. */
  readonly keys = new Keys();
  /** Backing keys of internal keys, and independent KMS keys. */
  readonly kmsKeys = new KmsKeys();
  /** KMS key rings by ID, `default` included. */
  readonly rings = new Collection<Ring>();
  /** KMS's policies of the instance by kind, such as `dualAuthDelete`. */
  readonly instancePolicies = new Collection<InstancePolicy>();
  /** The import token, at most one, under `current`. */
  readonly importTokens = new Collection<ImportToken>();

  readonly #fill: (world: World) => void;

  /** `fill` puts the first objects into the empty world, now and at each reset. */
  constructor(seed: CheckedSeed, options: WorldOptions, fill: (world: World) => void) {
    const profile = options.profile ?? seed.profile ?? "documented";
    this.origin = { seed, profile, choices: options.switches ?? {} };
    this.#fill = fill;
    this.switches = this.#firstSwitches();
    this.clock = new EmulatedClock(seed.clock);
    fill(this);
  }

  /** Builds the first world again. Tokens stay valid until they expire by the new clock. */
  reset(): void {
    this.switches = this.#firstSwitches();
    this.clock = new EmulatedClock(this.seed.clock);
    this.audit = new AuditTrail();
    this.faults.clear();
    this.idCount = 0;
    this.instanceName = "emulator";
    for (const name of collectionNames) this[name].clear();
    this.#fill(this);
  }

  #firstSwitches(): Switches {
    return resolveSwitches(this.profile, this.seed.switches, this.origin.choices);
  }

  /** Creates an ID. Every world with the same instance gets the same IDs in the same order. */
  newId(kind: string): string {
    this.idCount += 1;
    return uuidOf(`${this.instanceId}/${kind}/${this.idCount}`);
  }

  get seed(): CheckedSeed {
    return this.origin.seed;
  }

  get profile(): ProfileName {
    return this.origin.profile;
  }

  get instanceId(): string {
    return this.seed.instance.id;
  }

  /** The CRN of the instance, without its end (kms-v2-and-iam.md 1.2). */
  get crn(): string {
    const service = this.switches.product === "hpcs" ? "hs-crypto" : "kms";
    return `crn:v1:bluemix:public:${service}:${this.seed.instance.region}:a/${this.accountId}:${this.instanceId}`;
  }

  get accountId(): string {
    return this.seed.instance.accountId;
  }

  /** Marks a write: new `updated_at` and, by default, a new last writer. */
  touch(object: Stamps, caller: Caller, nowMs: number, { writer, unique } = { writer: true, unique: false }): void {
    const nowSecondMs = wholeSecondMs(nowMs);
    // uko-v4.md 1.4, U3: the ETag is `updated_at` to the second, so two writes in one second share
    // it unless bumped.
    const uniqueMs = Math.max(nowSecondMs, object.updatedMs + 1_000);
    object.updatedMs = unique || this.switches.etagGrain === "unique" ? uniqueMs : nowSecondMs;
    if (writer) object.updatedBy = caller.iamId;
  }

  stamps(caller: Caller, nowMs: number): Stamps {
    return stampsBy(caller.iamId, wholeSecondMs(nowMs));
  }

  href(path: string): string {
    return this.switches.hrefs === "absolute" ? `${this.baseUrl}/api${path}` : path;
  }

  /** The current version of a key. */
  headOf(key: Key): Key {
    return key.headId === undefined ? key : (this.keys.get(key.headId) ?? key);
  }

  backingKeyIn({ backingKeyId }: Placement): KmsKey | undefined {
    return backingKeyId === undefined ? undefined : this.kmsKeys.get(backingKeyId);
  }

  kmsKeyNamed(name: string): KmsKey | undefined {
    const [byAlias] = this.kmsKeys.byAlias.find(name);
    return this.kmsKeys.get(name) ?? byAlias;
  }

  /** A key's older versions, newest first. */
  olderVersions(key: Key): readonly Key[] {
    return [...this.keys.byHead.find(key.id)].sort((a, b) => b.version - a.version);
  }
}

export function stampsBy(iamId: string, ms: number): Stamps {
  return { createdMs: ms, createdBy: iamId, updatedMs: ms, updatedBy: iamId };
}

export function etagOf(object: Stamps): string {
  return toSecondsText(object.updatedMs);
}

/** The ID of a seeded object without its own ID: the same in every run. */
export function seededId(world: World, kind: string, name: string): string {
  return uuidOf(`${world.instanceId}/${kind}/${name}`);
}
