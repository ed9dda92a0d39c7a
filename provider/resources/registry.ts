/**
 * Lists all resources, in the order in which they have to be created. Every other list of resources is derived from
 * this one.
 */

import type * as z from "zod";
import type { Handlers } from "../engine/resource/handlers.ts";
import { keyTemplate } from "./key-template/index.ts";
import { keystore } from "./keystore/index.ts";
import { kmsKey } from "./kms-key/index.ts";
import { managedKey } from "./managed-key/index.ts";
import { vault } from "./vault.ts";

export const resources = { vault, keystore, keyTemplate, managedKey, kmsKey } as const;

type Resources = typeof resources;
/** The name of a resource's handlers, such as `managedKey` for `ManagedKey`. */
export type ResourceName = keyof Resources;
export type InputsOf<Name extends ResourceName> = z.output<Resources[Name]["inputs"]>;
export type StateOf<Name extends ResourceName> = z.output<Resources[Name]["state"]>;

export type ResourceHandlers = {
  readonly [Name in ResourceName]: StateOf<Name> extends InputsOf<Name>
    ? Handlers<InputsOf<Name>, StateOf<Name>>
    : never;
};

export const resourceNames = Object.keys(resources) as readonly ResourceName[];
