/** The state of a workspace in a file that all people share, as OpenTofu's local backend keeps it. */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ResourceIdentityDataSchema } from "../../../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import type { ObjectValue } from "../../../../../provider/terraform-plugin/values.ts";
import type { Saved } from "../../../../terraform-plugin/core.ts";

/** One resource of the state. */
export interface StoredResource {
  readonly type: string;
  readonly name: string;
  readonly saved: Saved;
  /** Names of the resources that this one needs. */
  readonly needs: readonly string[];
}

interface Written {
  readonly serial: number;
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly attributes: ObjectValue;
      readonly private: string;
      readonly identity_bytes?: string;
      readonly status?: "tainted";
      readonly dependencies: readonly string[];
    }[];
  }[];
}

export class TofuStateFile {
  readonly #file: string;

  constructor(folder: string, workspace: string) {
    this.#file = path.join(folder, "backend", `${workspace}.tfstate`);
  }

  read(): readonly StoredResource[] {
    const text = this.text();
    if (text === "") return [];
    return (JSON.parse(text) as Written).resources.flatMap(({ type, name, instances }) =>
      instances.map(({ attributes, dependencies, ...rest }) => ({
        ...{ type, name, needs: dependencies },
        saved: {
          value: attributes,
          private: Buffer.from(rest.private, "base64"),
          isTainted: rest.status === "tainted",
          ...(rest.identity_bytes !== undefined && {
            identity: fromBinary(ResourceIdentityDataSchema, Buffer.from(rest.identity_bytes, "base64")),
          }),
        },
      })),
    );
  }

  /** Written after each step, so that a run that is killed leaves what it came to. */
  write(resources: readonly StoredResource[]): void {
    const written: Written = {
      serial: 0,
      resources: resources.map(({ type, name, needs, saved }) => ({
        ...{ mode: "managed", type, name },
        instances: [
          {
            attributes: saved.value,
            private: Buffer.from(saved.private).toString("base64"),
            ...(saved.identity !== undefined && {
              identity_bytes: Buffer.from(toBinary(ResourceIdentityDataSchema, saved.identity)).toString("base64"),
            }),
            ...(saved.isTainted === true && { status: "tainted" as const }),
            dependencies: needs,
          },
        ],
      })),
    };
    this.replace(JSON.stringify(written, null, 2));
  }

  replace(text: string): void {
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** As `tofu state pull` prints it. */
  text(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, "utf8") : "";
  }
}
