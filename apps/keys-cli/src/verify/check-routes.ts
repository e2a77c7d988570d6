import { routeFileOf } from "../add/route-file.ts";
import { sourceFolderOf } from "../host/source-folder.ts";
import { few } from "./check-files.ts";
import { checkHandedOver } from "./check-mounted.ts";
import { none, ok, problem, unknown, type Answer, type Patient } from "./check.ts";
import { nextRouteOf, serves } from "./next-routes.ts";

/** Whether requests for the routes of key.json get to the module. */
export function checkRoutes(patient: Patient): Answer {
  const { host, slug, manifest, sources } = patient;
  if (!host.framework.startsWith("next")) return checkHandedOver(patient);
  if (manifest.exposed_routes.length === 0) return none("it has no routes");
  const files = [...sources.leadingTo(slug)].flatMap((file) => nextRouteOf(file) ?? []);
  const lost: string[] = [];
  for (const { path, method } of manifest.exposed_routes) {
    const serving = files.filter((route) => serves(route, path));
    for (const name of method) {
      const exports = (file: string): boolean => {
        const exported = sources.file(file)?.exported;
        return exported?.has(name) === true || exported?.has("*") === true;
      };
      if (!serving.some(({ router, file }) => router === "pages" || exports(file))) lost.push(`${name} ${path}`);
    }
  }
  if (lost.length === 0) return ok(few(files.map(({ file }) => file)));
  if (sources.unread.length > 0) {
    return unknown(
      `no file found for ${few(lost)}, but these could not be parsed: ${few(sources.unread)}`,
      "Mend their syntax, then ask again.",
    );
  }
  const paths = manifest.exposed_routes.map(({ path }) => path);
  const expected = routeFileOf(host.framework, paths, sourceFolderOf(host), host.typescript);
  return problem(
    `no route file that leads to it serves ${few(lost)}`,
    `Serve them, for example, in ${expected ?? ""}.`,
  );
}
