import type { Host } from "../host/host.ts";
import type { Lock } from "../lock/lock.ts";

export interface DependencyDecision {
  /** Taken out of package.json: `add` wrote them and nobody else needs them. */
  readonly removed: Readonly<Record<string, string>>;
  /** Written by `add` and kept, each with the reason. */
  readonly kept: Readonly<Record<string, string>>;
  /** What goes over to another module's account, so that it is taken away with that one. */
  readonly inherited: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** `imported`: the npm packages the host's own source imports. */
export function decideDependencies(
  host: Host,
  lock: Lock,
  slug: string,
  imported: ReadonlySet<string>,
): DependencyDecision {
  const removed: Record<string, string> = {};
  const kept: Record<string, string> = {};
  const inherited: Record<string, Record<string, string>> = {};
  for (const [name, range] of Object.entries(lock.modules[slug]?.added_dependencies ?? {})) {
    const there = host.package.dependencies[name];
    if (there === undefined) continue;
    const heir = Object.entries(lock.modules).find(
      ([other, { dependencies }]) => other !== slug && dependencies[name] !== undefined,
    );
    if (heir !== undefined) {
      kept[name] = `${heir[0]} needs it`;
      inherited[heir[0]] = { ...inherited[heir[0]], [name]: range };
    } else if (imported.has(name)) kept[name] = "the application imports it";
    else if (there !== range) kept[name] = `package.json says ${there} now, not the ${range} that was added`;
    else removed[name] = range;
  }
  return { removed, kept, inherited };
}
