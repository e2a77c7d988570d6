import { readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm, { type Context, type Module } from "node:vm";
import { EdgeVM } from "@edge-runtime/vm";

// `node --experimental-vm-modules run-in-edge.ts file.ts`: runs a module and all it imports inside an edge runtime, where
// there is nothing of Node, and prints what it exports as `result`.
const edge = new EdgeVM();
const context = edge.context as Context;
const modules = new Map<string, Module>();

function load(url: string): Module {
  const found = modules.get(url);
  if (found !== undefined) return found;
  const file = fileURLToPath(url);
  const source = readFileSync(file, "utf8");
  const made = isCommonJs(file) ? commonJs(url, source) : esModule(url, source);
  modules.set(url, made);
  return made;
}

function esModule(url: string, source: string): Module {
  const code = url.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
  return new vm.SourceTextModule(code, {
    context,
    identifier: url,
    // Optional peers are imported when they are used, and here nothing uses one.
    importModuleDynamically: (specifier: string) => {
      throw new Error(`imported at run time: ${specifier}`);
    },
  });
}

function commonJs(url: string, source: string): Module {
  const wrapped = vm.runInContext(`(function (module, exports) {${source}\n})`, context) as (
    module: { exports: object },
    exports: object,
  ) => void;
  const cjs = { exports: {} };
  wrapped.call(cjs.exports, cjs, cjs.exports);
  return new vm.SyntheticModule(
    ["default"],
    function () {
      this.setExport("default", cjs.exports);
    },
    { context, identifier: url },
  );
}

function isCommonJs(file: string): boolean {
  return file.endsWith("/ipaddr.js/lib/ipaddr.js");
}

function link(specifier: string, from: Module): Module {
  if (specifier.startsWith("node:")) throw new Error(`${from.identifier} imports ${specifier}`);
  if (specifier.startsWith(".")) return load(new URL(specifier, from.identifier).href);
  return load(resolvePackage(specifier, from.identifier));
}

/** As an edge platform's bundler resolves it: for the Web, not for Node. */
function resolvePackage(specifier: string, from: string): string {
  if (specifier === "ipaddr.js") return pathToFileURL(createRequire(from).resolve(specifier)).href;
  return import.meta.resolve(specifier, from);
}

const [entry = ""] = process.argv.slice(2);
const main = load(pathToFileURL(entry).href);
await main.link(link);
await main.evaluate();
const { result } = main.namespace as { result: unknown };
process.stdout.write(JSON.stringify({ result, modules: modules.size }));
