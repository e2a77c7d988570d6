import type { ModuleCopy } from "../catalogue/catalogue.ts";
import { satisfies, versionIn } from "../files/semver.ts";
import { rangeIn, type Host } from "../host/host.ts";

/** Something only the host can settle, with the command that does. */
export interface Attention {
  readonly about: "peer" | "dependency";
  readonly text: string;
  readonly command: string;
}

/** Peers the host does not have, and dependencies it names in a way the module cannot use. */
export function attentionOf(host: Host, copy: ModuleCopy): Attention[] {
  const found: Attention[] = [];
  const install = (name: string, range: string): string => `${host.install.add} "${name}@${range}"`;
  for (const [name, range] of Object.entries(copy.peers)) {
    const own = rangeIn(host, name);
    if (own === undefined) {
      const text = `${name} is missing: ${copy.manifest.slug} uses the host's own, ${range}.`;
      found.push({ about: "peer", text, command: install(name, range) });
    } else if (cannotKeep(own, range)) {
      const text = `${name} is ${own} in package.json; ${copy.manifest.slug} needs ${range}.`;
      found.push({ about: "peer", text, command: install(name, range) });
    }
  }
  for (const [name, range] of Object.entries(copy.dependencies)) {
    const own = rangeIn(host, name);
    if (own === undefined) continue;
    if (cannotKeep(own, range)) {
      const text = `${name} is ${own} in package.json; ${copy.manifest.slug} needs ${range}.`;
      found.push({ about: "dependency", text, command: install(name, range) });
    } else if (host.package.dependencies[name] === undefined && host.package.devDependencies[name] !== undefined) {
      const text = `${name} is in devDependencies only: production would run without it.`;
      found.push({ about: "dependency", text, command: install(name, own) });
    }
  }
  return found;
}

/** True only when the lowest version the host's range names breaks what is needed, in another major. */
export function cannotKeep(own: string, needed: string): boolean {
  const least = versionIn(own);
  return least !== null && satisfies(least.join("."), needed) === false && !rises(own, needed);
}

/** `^4.5.0` also allows the 4.6.7 that is needed; only installing tells. */
function rises(own: string, needed: string): boolean {
  const wanted = versionIn(needed);
  return wanted !== null && satisfies(wanted.join("."), own) === true;
}
