import type { Project } from "../../project.ts";
import type { Registration } from "./registrations.ts";

const GUARDS =
  /^(?:\w*[a-z])?(?:jwt|auth(?:n|z|entication|entica(?:te|tor)|ori[sz]ation|Plugin|Hook)?|sessions?|bearer\w*|guards?|clerk\w*|passport)$/i;

/**
 * `fastify.register(jwt)` with a plugin of the house that is not in the tree: registered above a route, its hooks may
 * ask who is calling. Packages of that name only offer functions with which to ask. The plugin's name, or null.
 */
export function unseenGuardPlugin(
  project: Project,
  route: Registration,
  beside: readonly Registration[],
): string | null {
  for (const { verb, args, file, node } of beside) {
    const [plugin] = args;
    if (verb !== "register" || file !== route.file || node.start > route.node.start) continue;
    if (plugin?.type !== "Identifier" || !GUARDS.test(plugin.name)) continue;
    const binding = file.module.bindings.get(plugin.name);
    if (binding?.kind !== "import" || !/^(?:\.|@\/|~)/.test(binding.specifier)) continue;
    if (project.resolve(file.path, binding.specifier).kind !== "file") return plugin.name;
  }
  return null;
}
