import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ExampleHost } from "./hosts.ts";

/** What nobody copies: what was built or installed here. */
const LEFT_BEHIND = new Set([".next", "node_modules", "dist", "next-env.d.ts", "tsconfig.tsbuildinfo"]);
const RUNTIME = "@meterr/runtime";

interface HostPackage {
  imports?: Record<string, string>;
  dependencies: Record<string, string>;
}

/** A host in a folder of its own, which its owner edits as the README says. */
export class Stranger {
  readonly folder: string;
  readonly #source: string;
  readonly #host: ExampleHost;

  constructor(source: string, folder: string, host: ExampleHost) {
    this.#source = source;
    this.folder = folder;
    this.#host = host;
  }

  /** The host as it was before anybody thought of modules. */
  async begin(): Promise<void> {
    await cp(this.#source, this.folder, { recursive: true, filter: (from) => !LEFT_BEHIND.has(path.basename(from)) });
    await this.#editPackage((own) => {
      delete own.dependencies[RUNTIME];
    });
    await this.unmount();
  }

  /** After `keys add`: the host's own code that makes the modules and mounts them. */
  async mount(): Promise<void> {
    for (const file of [...this.#host.mounts, ...(this.#host.seam === null ? [] : [this.#host.seam])]) {
      await cp(path.join(this.#source, file), path.join(this.folder, file), { recursive: true });
    }
    await this.#editPackage((own) => {
      own.imports = { "#modules/*": "./modules/*" };
    });
  }

  /** Before `keys remove`, which takes out what nobody uses any more. */
  async unmount(): Promise<void> {
    for (const file of this.#host.mounts) await rm(path.join(this.folder, file), { recursive: true, force: true });
    const { seam } = this.#host;
    if (seam !== null) await writeFile(path.join(this.folder, seam), await this.#seamOfReadme(seam));
    await this.#editPackage((own) => {
      delete own.imports;
    });
  }

  async #seamOfReadme(seam: string): Promise<string> {
    const readme = await readFile(path.join(this.folder, "README.md"), "utf8");
    const [, rest = ""] = readme.split(`\`${seam}\` becomes:`);
    const code = /```ts\n([^]*?)```/.exec(rest)?.[1];
    if (code === undefined) throw new Error(`${this.#host.name}/README.md does not show ${seam} without the modules`);
    return code;
  }

  async #editPackage(edit: (own: HostPackage) => void): Promise<void> {
    const file = path.join(this.folder, "package.json");
    const own = JSON.parse(await readFile(file, "utf8")) as HostPackage;
    edit(own);
    await writeFile(file, `${JSON.stringify(own, null, 2)}\n`);
  }
}
