import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { satisfies } from "../files/semver.ts";
import { rangeIn, type Host } from "../host/host.ts";
import { few } from "./check-files.ts";
import { ok, none, problem, type Answer, type Patient } from "./check.ts";

/** Whether package.json names what the module needs, and it is installed in a version that fits. */
export function checkDependencies({ host, locked, manifest }: Patient): Answer {
  const needed =
    locked === null
      ? Object.fromEntries(manifest.dependencies.map((name) => [name, "*"]))
      : { ...locked.dependencies, ...locked.peers };
  const names = Object.keys(needed);
  if (names.length === 0) return none("it needs no package");
  const undeclared = names.filter((name) => rangeIn(host, name) === undefined);
  if (undeclared.length > 0) {
    const wanted = undeclared.map((name) => `"${name}@${needed[name] ?? "*"}"`).join(" ");
    return problem(`not in package.json: ${few(undeclared)}`, `${host.install.add} ${wanted}`);
  }
  const absent = names.filter((name) => installedVersion(host, name) === null);
  if (absent.length > 0) return problem(`not installed: ${few(absent)}`, host.install.all);
  for (const name of names) {
    const [version, range] = [installedVersion(host, name) ?? "", needed[name] ?? "*"];
    if (satisfies(version, range) === false) {
      return problem(`${name} ${version} is installed; ${range} is needed`, `${host.install.add} "${name}@${range}"`);
    }
  }
  return ok(names.join(", "));
}

/** As Node finds it: in the host's node_modules or in one above, where a monorepo puts it. */
function installedVersion({ root }: Host, name: string): string | null {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (existsSync(file)) {
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version?: unknown };
      return typeof version === "string" ? version : "";
    }
    if (dirname(folder) === folder) return null;
  }
}
