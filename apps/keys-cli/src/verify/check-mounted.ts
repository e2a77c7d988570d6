import { none, ok, problem, unknown, type Answer, type Patient } from "./check.ts";
import { few } from "./check-files.ts";

/** Whether code of the host that runs imports the module; by a parse of every source file. */
export function checkMounted({ slug, locked, sources }: Patient): Answer {
  const imports = sources.importsOf(slug);
  const mounts = imports.filter(({ typeOnly, test }) => !typeOnly && !test);
  if (mounts.length > 0) return ok(few(mounts.map(({ file, line }) => `${file}:${line}`)));
  if (sources.unread.length > 0) {
    return unknown(`no import found, but these files could not be parsed: ${few(sources.unread)}`);
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
  "mount",
  "nextAppRouter",
  "nextPagesHandler",
  "nodeListener",
]);

/** Outside of Next.js, where no file says which path it serves: whether the module's routes get to an adapter. */
export function checkHandedOver({ slug, sources, manifest }: Patient): Answer {
  if (manifest.exposed_routes.length === 0) return none("it has no routes");
  const leading = sources.leadingTo(slug);
  if (leading.size === 0) return problem("no file that runs leads to it", "Mount it first.");
  const uses = (file: string): boolean =>
    sources
      .file(file)
      ?.imports.some(
        ({ specifier, names }) =>
          (specifier === "@meterr/runtime" || specifier.startsWith("@meterr/runtime/")) &&
          names.some((name) => name === "*" || ADAPTERS.has(name)),
      ) === true;
  const found = [...leading].find(uses);
  if (found !== undefined) return ok(`${few(manifest.exposed_routes.map(({ path }) => path))} through ${found}`);
  return problem(
    `${few([...leading])} leads to it, yet hands nothing to an adapter of @meterr/runtime`,
    `Hand its routes to one, such as expressHandler(mount(routes), …).`,
  );
}
