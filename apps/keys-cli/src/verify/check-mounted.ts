import type { SourceImport } from "../sources/source-file.ts";
import { none, ok, problem, unknown, type Answer, type Patient } from "./check.ts";
import { few } from "./check-files.ts";

/** Whether code of the host that runs imports the module; by a parse of every source file. */
export function checkMounted({ slug, locked, sources }: Patient): Answer {
  const imports = sources.importsOf(slug);
  const mounts = imports.filter(({ typeOnly, test }) => !typeOnly && !test);
  if (mounts.length > 0) return ok(few(mounts.map(({ file, line }) => `${file}:${line}`)));
  if (sources.unread.length > 0) {
    return unknown(
      `no import found, but these files could not be parsed: ${few(sources.unread)}`,
      "Mend their syntax, then ask again.",
    );
  }
  const [only] = imports;
  const where =
    only === undefined ? "" : ` (${only.file}:${only.line} ${only.test ? "is a test" : "imports types only"})`;
  return problem(
    `nothing imports modules/${slug}${where}`,
    locked === null
      ? `modules/${slug}/quickstart.md is the place to say how.`
      : `keys add ${slug} prints the lines that mount it.`,
  );
}

const ADAPTERS: ReadonlySet<string> = new Set([
  "expressHandler",
  "fastifyPlugin",
  "honoHandler",
  "nextAppRouter",
  "nextPagesHandler",
  "nodeListener",
]);

/** Outside of Next.js, where no file says which path it serves: whether the module's routes get to an adapter. */
export function checkHandedOver({ slug, sources, manifest }: Patient): Answer {
  if (manifest.exposed_routes.length === 0) return none("it has no routes");
  const leading = sources.leadingTo(slug);
  if (leading.size === 0) return problem("no file that runs leads to it", "Mount it first.");
  const using = (names: ReadonlySet<string>): string | undefined =>
    [...leading].find((file) => sources.file(file)?.imports.some((entry) => takes(entry, names)));
  const adapted = using(ADAPTERS);
  if (adapted !== undefined) {
    return ok(`${few(manifest.exposed_routes.map(({ path }) => path))} through ${adapted}`);
  }
  const where = few([...leading]);
  if (using(MOUNT) !== undefined) {
    return unknown(
      `${where}: its routes are joined by mount(), and whether a server gets them cannot be told`,
      "Hand them to an adapter, such as expressHandler(…). Where your server takes Request and Response itself, try a route.",
    );
  }
  return problem(
    `${where} leads to it, yet hands nothing to an adapter of @meterr/runtime`,
    "Hand its routes to one, such as expressHandler(mount(routes), …).",
  );
}

/** A server of Request and Response needs no adapter. */
const MOUNT: ReadonlySet<string> = new Set(["mount"]);

function takes({ specifier, names }: SourceImport, wanted: ReadonlySet<string>): boolean {
  const ours = specifier === "@meterr/runtime" || specifier.startsWith("@meterr/runtime/");
  return ours && names.some((name) => name === "*" || wanted.has(name));
}
