/**
 * A small model of OpenTofu's core with one resource: the calls in its order, its checks of every response, and
 * what it saves. Each fault that the core would report about the provider throws here.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { containsUnknown, UNKNOWN } from "../../provider/engine/resource/unknown.ts";
import { readObject, resourceNamed, writeObject } from "../../provider/terraform-plugin/blocks.ts";
import {
  type ApplyResourceChange_RequestSchema,
  type Diagnostic,
  Diagnostic_Severity,
  type ResourceIdentityData,
} from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import type { ObjectValue, Value } from "../../provider/terraform-plugin/values.ts";
import { messageOfDiagnostic } from "../stage/tofu-output.ts";
import { isHostLine } from "../support/emulator-addresses.ts";
import type { Host } from "./host.ts";

export type Config = Readonly<Record<string, unknown>>;

export interface Saved {
  readonly value: ObjectValue;
  readonly private: Uint8Array;
  readonly identity?: ResourceIdentityData | undefined;
  readonly isTainted?: boolean;
}

export interface Told {
  /** What each says of its object (`messageOfDiagnostic`). */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The summaries of all, by which hosts group them. */
  readonly summaries: readonly string[];
  /** Names of the attributes with errors. */
  readonly attributes: readonly string[];
}

export interface PlanOutcome extends Told {
  readonly action: "create" | "update" | "delete" | "none";
  readonly planned: ObjectValue | null;
  readonly private: Uint8Array;
  readonly identity?: ResourceIdentityData | undefined;
}

/** The meta-arguments of a resource's lifecycle block. */
export interface Lifecycle {
  readonly ignoreChanges?: readonly string[] | "all";
}

export interface Core {
  readonly saved: Saved | undefined;
  /** The form that a state file keeps between runs. */
  restore(saved: Saved | undefined): void;
  refresh(): Promise<Told>;
  plan(config: Config | null, options?: Lifecycle & { readonly isReplacement?: boolean }): Promise<PlanOutcome>;
  /** A plan and its apply; `config: null` destroys. */
  apply(config: Config | null, options?: Lifecycle): Promise<Told>;
  /** A plan that was saved and applied later; the state is that of the plan. */
  applySaved(plan: PlanOutcome, config: Config | null, options?: Lifecycle): Promise<Told>;
  /** The second plan, during an apply: known values stay, and more values may be known. */
  planAgain(first: PlanOutcome, config: Config, options?: Lifecycle): Promise<PlanOutcome>;
  /** The change alone, without the messages of its plan. */
  settle(plan: PlanOutcome, config: Config | null): Promise<Told>;
  /** The same state with this host, for example of another person. */
  by(host: Pick<Host, "provider">): Core;
  /** A deletion on the wire, without the plan before it. */
  wire(saved: Saved): Pick<MessageInitShape<typeof ApplyResourceChange_RequestSchema>, "priorState" | "plannedState">;
}

export function openCore(
  host: Pick<Host, "provider">,
  typeName: string,
  kept: { saved: Saved | undefined } = { saved: undefined },
): Core {
  const resource = resourceNamed(typeName);
  const { attributes } = resource;
  const { provider } = host;
  const write = (value: ObjectValue | null) => writeObject(value, resource);
  const wholeOf = (config: Config): ObjectValue =>
    Object.fromEntries(attributes.map(({ name }) => [name, (config[name] ?? null) as Value]));

  /** The configured attributes, and for the others the values in the prior state (objchange.go). */
  const proposedFor = (config: ObjectValue, prior: ObjectValue | null): ObjectValue =>
    Object.fromEntries(
      attributes.map(({ name, schema }) => {
        const before = schema.computed === true ? (prior?.[name] ?? null) : null;
        return [name, config[name] ?? before];
      }),
    );

  /**
   * Ignored attributes keep their prior value, in plans alone (processIgnoreChanges in
   * node_resource_abstract_instance.go).
   */
  const withoutIgnored = (config: ObjectValue, prior: ObjectValue, ignored: readonly string[] | "all"): ObjectValue =>
    Object.fromEntries(
      attributes.map(({ name, schema }) => {
        const isConfigured = schema.optional === true || schema.required === true;
        const isIgnored = ignored === "all" ? isConfigured : ignored.includes(name);
        return [name, (isIgnored ? prior[name] : config[name]) ?? null];
      }),
    );

  /** plan_valid.go: a configured value stays, or is the prior value; one that is not computed is never made up. */
  const requireValid = (planned: ObjectValue, config: ObjectValue, prior: ObjectValue | null): void => {
    for (const { name, schema } of attributes) {
      const [value, wanted, before] = [planned[name] ?? null, config[name] ?? null, prior?.[name] ?? null];
      if (schema.write_only === true) assert.equal(value, null, `${name} is write-only`);
      else if (wanted !== null) {
        const isKnown = [wanted, before].some((each) => isDeepStrictEqual(each, value));
        assert(isKnown, `${name} is neither configured nor prior`);
      } else if (schema.computed !== true) assert.equal(value, null, `${name} is not computed`);
    }
  };

  /** compatible.go: known values stay as planned, and no value is unknown now. */
  const requireConsistent = (promised: ObjectValue, actual: ObjectValue): void => {
    assert(!containsUnknown(actual));
    for (const [name, value] of Object.entries(promised)) {
      if (!containsUnknown(value)) assert.deepEqual(actual[name], value, `${name} is not as planned`);
    }
  };

  const planOnce = async (config: ObjectValue | null, prior: ObjectValue | null, priorPrivate: Uint8Array) => {
    const identity = kept.saved?.identity;
    const reply = await provider.planResourceChange({
      typeName,
      priorState: write(prior),
      proposedNewState: write(config === null ? null : proposedFor(config, prior)),
      config: write(config),
      priorPrivate,
      ...(identity !== undefined && prior !== null && { priorIdentity: identity }),
    });
    assert.deepEqual(reply.requiresReplace, []);
    assert.equal(reply.deferred, undefined);
    const messages = messagesOf(reply.diagnostics);
    const planned = messages.errors.length > 0 ? null : readObject(reply.plannedState, resource);
    if (messages.errors.length === 0 && config !== null && planned !== null) requireValid(planned, config, prior);
    if (messages.errors.length === 0) assert.equal(planned === null, config === null);
    return { ...messages, planned, private: reply.plannedPrivate, identity: reply.plannedIdentity };
  };

  const core: Core = {
    get saved() {
      return kept.saved;
    },
    restore(saved) {
      kept.saved = saved;
    },
    by: (other) => openCore(other, typeName, kept),
    wire: ({ value }) => ({ priorState: write(value), plannedState: write(null) }),
    async refresh() {
      const { saved } = kept;
      if (saved === undefined) return { errors: [], warnings: [], summaries: [], attributes: [] };
      const upgraded = await provider.upgradeResourceState({
        typeName,
        version: 0n,
        rawState: { json: new TextEncoder().encode(stateText(saved.value)) },
      });
      assert.deepEqual(messagesOf(upgraded.diagnostics).errors, []);
      // A state of an earlier release lacks attributes that came later.
      assert.deepEqual(readObject(upgraded.upgradedState, resource), wholeOf(saved.value));
      const reply = await provider.readResource({
        typeName,
        currentState: upgraded.upgradedState,
        private: saved.private,
        ...(saved.identity !== undefined && { currentIdentity: saved.identity }),
      });
      const messages = messagesOf(reply.diagnostics);
      if (messages.errors.length > 0) return messages;
      const value = readObject(reply.newState, resource);
      assert(value === null || !containsUnknown(value));
      kept.saved =
        value === null ? undefined : { ...saved, value, private: reply.private, identity: reply.newIdentity };
      return messages;
    },
    async plan(config, { isReplacement = false, ignoreChanges = [] } = {}) {
      const { saved } = kept;
      const whole = config === null ? null : wholeOf(config);
      // A tainted object is planned as if it did not exist (node_resource_abstract_instance.go).
      const isThere = saved !== undefined && saved.isTainted !== true;
      const prior = isThere || config === null ? (saved?.value ?? null) : null;
      if (whole !== null) {
        const checked = await provider.validateResourceConfig({
          typeName,
          config: write(whole),
          clientCapabilities: { writeOnlyAttributesAllowed: true },
        });
        const messages = messagesOf(checked.diagnostics);
        if (messages.errors.length > 0)
          return { ...messages, action: "none", planned: null, private: new Uint8Array() };
      }
      const seen = whole === null || prior === null ? whole : withoutIgnored(whole, prior, ignoreChanges);
      const first = await planOnce(seen, prior, isThere ? saved.private : new Uint8Array());
      const plan = isReplacement && first.errors.length === 0 ? await planOnce(whole, null, first.private) : first;
      const isSame = prior !== null && plan.planned !== null && stateText(plan.planned) === stateText(prior);
      const action = config === null ? "delete" : prior === null ? "create" : isSame ? "none" : "update";
      return { ...plan, action: plan.errors.length > 0 ? "none" : action };
    },
    async apply(config, lifecycle = {}) {
      const first = await core.plan(config, lifecycle);
      if (first.errors.length > 0 || first.action === "none") return first;
      return core.applySaved(first, config, lifecycle);
    },
    async applySaved(first, config, lifecycle = {}) {
      // The core plans creations and updates again, and requires an equal plan.
      const plan = config === null ? first : await core.planAgain(first, config, lifecycle);
      if (plan.errors.length > 0) return plan;
      const told = await core.settle(plan, config);
      return { ...told, warnings: [...plan.warnings, ...told.warnings] };
    },
    async planAgain(first, config, lifecycle = {}) {
      const plan = await core.plan(config, lifecycle);
      if (plan.errors.length === 0) requireConsistentPlan(first.planned, plan.planned);
      return plan;
    },
    settle: (plan, config) => settle(plan, config, kept.saved),
  };

  const settle = async (plan: PlanOutcome, config: Config | null, saved: Saved | undefined): Promise<Told> => {
    const isCreation = plan.action === "create";
    const reply = await provider.applyResourceChange({
      typeName,
      priorState: write(isCreation ? null : (saved?.value ?? null)),
      plannedState: write(plan.planned),
      config: write(config === null ? null : wholeOf(config)),
      plannedPrivate: plan.private,
      ...(plan.identity !== undefined && { plannedIdentity: plan.identity }),
    });
    const messages = messagesOf(reply.diagnostics);
    const value = readObject(reply.newState, resource);
    if (messages.errors.length === 0) {
      assert.equal(value === null, config === null, "the object is there exactly where it is wanted");
      if (value !== null && plan.planned !== null) requireConsistent(plan.planned, value);
    }
    if (value !== null) {
      const isTainted = isCreation && messages.errors.length > 0;
      kept.saved = { value, private: reply.private, identity: reply.newIdentity, isTainted };
    } else if (messages.errors.length === 0) {
      kept.saved = undefined;
    }
    return messages;
  };

  return core;
}

/** Both plans of one run: unknown values may be known by now, all other values are unchanged. */
function requireConsistentPlan(first: ObjectValue | null, second: ObjectValue | null): void {
  for (const [name, value] of Object.entries(first ?? {})) {
    if (!containsUnknown(value)) assert.deepEqual(second?.[name], value, `${name} is planned otherwise`);
  }
}

function messagesOf(all: readonly Diagnostic[]): Told {
  const diagnostics = all.filter(({ summary }) => !isHostLine(summary));
  const textOf = ({ summary, detail }: Diagnostic) => messageOfDiagnostic(summary, detail);
  const errors = diagnostics.filter(({ severity }) => severity === Diagnostic_Severity.ERROR);
  const warnings = diagnostics.filter(({ severity }) => severity === Diagnostic_Severity.WARNING);
  assert.equal(errors.length + warnings.length, diagnostics.length);
  const attributes = errors.flatMap(
    ({ attribute }) => attribute?.steps.map(({ selector }) => String(selector.value)) ?? [],
  );
  const summaries = diagnostics.map(({ summary }) => summary);
  return { errors: errors.map(textOf), warnings: warnings.map(textOf), summaries, attributes };
}

/** The form in a state file; unknown values show as such. */
export function stateText(value: ObjectValue): string {
  return JSON.stringify(value, (_name, each: unknown) => (each === UNKNOWN ? "(known after apply)" : each));
}
