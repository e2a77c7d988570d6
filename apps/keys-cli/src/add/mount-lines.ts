import { posix } from "node:path";
import type { ModuleCopy } from "../catalogue/catalogue.ts";
import { hostSpecifier } from "../catalogue/host-specifier.ts";
import { rewriteSpecifiers } from "../catalogue/rewrite-specifiers.ts";
import { FRAMEWORK_NAMES } from "../host/framework.ts";
import type { Framework, Host } from "../host/host.ts";
import { prefixOf } from "./prefix-of.ts";
import { routeFileOf } from "./route-file.ts";

/** A file the host writes or edits itself. */
export interface MountPart {
  /** Null: the file that makes the application, which only the host knows. */
  readonly file: string | null;
  readonly code: string;
}

export interface MountLines {
  readonly framework: string;
  /** First the module made with what the host has, then its routes handed to the framework. */
  readonly parts: readonly MountPart[];
}

/** What to write to mount a module in this host: the module's own quickstart, then one line of the framework. */
export function mountLines(host: Host, copy: ModuleCopy, sourceFolder: string): MountLines {
  const { slug, exposed_routes: routes } = copy.manifest;
  const ending = host.typescript ? "ts" : "js";
  const file = posix.join(sourceFolder, `keys/${slug}.${ending}`);
  const code = wiringCode(copy, file);
  // What awaits at its top level cannot be CommonJS.
  const awaits = !host.esm && /^(const .*= )?await /m.test(code);
  const wiring = awaits ? file.replace(/\.js$/, ".mjs") : file;
  const parts: MountPart[] = [{ file: wiring, code: asHostSays(host.esm || awaits, code) }];
  if (routes.length > 0) parts.push(frameworkPart(host, copy, wiring, sourceFolder));
  return { framework: FRAMEWORK_NAMES[host.framework], parts };
}

/** The first TypeScript block of quickstart.md, with the module's path as seen from the file it is to stand in. */
function wiringCode(copy: ModuleCopy, file: string): string {
  const { slug, exposed_routes: routes } = copy.manifest;
  const built = relative(file, `modules/${slug}/esm/index.js`);
  const block = /```(?:ts|typescript|js)\n([\s\S]*?)```/.exec(textOf(copy, "quickstart.md"))?.[1]?.trimEnd();
  const factories = [...textOf(copy, "esm/index.js").matchAll(/\bcreate[A-Z]\w*/g)].map(([name]) => name);
  const lines = [block ?? `import { ${[...new Set(factories)].join(", ")} } from "@meterr/module-${slug}";`];
  if (routes.length > 0 && !/^(export )?const handle\b/m.test(lines[0] ?? "")) {
    lines.push("const handle = mount(routes); // the routes of what it made");
  }
  const code = lines.join("\n");
  const needsMount = /\bmount\(/.test(code) && !/import \{[^}]*\bmount\b[^}]*\} from "@meterr\/runtime"/.test(code);
  const whole = needsMount ? `import { mount } from "@meterr/runtime";\n${code}` : code;
  const rewritten = rewriteSpecifiers("quickstart.ts", whole, (specifier) =>
    [`@meterr/module-${slug}`, hostSpecifier(slug)].includes(specifier) ? built : null,
  );
  return rewritten.replaceAll(/^const handle\b/gm, "export const handle");
}

function textOf(copy: ModuleCopy, name: string): string {
  return Buffer.from(copy.files.find(({ path }) => path === name)?.bytes ?? []).toString("utf8");
}

function frameworkPart(host: Host, copy: ModuleCopy, wiring: string, sourceFolder: string): MountPart {
  const { slug, exposed_routes: routes } = copy.manifest;
  const paths = routes.map(({ path }) => path);
  const file = routeFileOf(host.framework, paths, sourceFolder, host.typescript);
  const from = relative(file ?? posix.join(sourceFolder, "server.js"), wiring).replace(
    /\.ts$/,
    host.framework.startsWith("next") ? "" : ".js",
  );
  const prefix = prefixOf(paths);
  const imported = `import { handle as ${camel(slug)} } from "${from}";`;
  const code = [imported, ...FRAMEWORK_LINES[host.framework](camel(slug), prefix, paths)].join("\n");
  return { file, code: asHostSays(host.esm, code) };
}

const OPTIONS = `{ maxBodyBytes: 1_048_576, hosts: "any", report: console.error }`;

const FRAMEWORK_LINES: Readonly<Record<Framework, (name: string, prefix: string, paths: string[]) => string[]>> = {
  "next-app": (name) => [
    `import { nextAppRouter } from "@meterr/runtime";`,
    `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = nextAppRouter(${name});`,
  ],
  "next-pages": (name) => [
    `import { nextPagesHandler } from "@meterr/runtime";`,
    `export const config = { api: { bodyParser: false, externalResolver: true } };`,
    `export default nextPagesHandler(${name}, ${OPTIONS});`,
  ],
  express: (name, prefix) => [
    `import { expressHandler } from "@meterr/runtime";`,
    `app.use("${prefix}", expressHandler(${name}, ${OPTIONS})); // before express.json()`,
  ],
  fastify: (name, prefix) => [
    `import { fastifyPlugin } from "@meterr/runtime";`,
    `app.register(fastifyPlugin(${name}, ${OPTIONS}), { prefix: "${prefix}" });`,
  ],
  hono: (name, prefix, paths) => [
    `import { honoHandler } from "@meterr/runtime";`,
    `app.all("${prefix}${paths.every((path) => path === prefix) ? "" : "/*"}", honoHandler(${name}, ${OPTIONS}));`,
  ],
  node: (name) => [
    `import { createServer } from "node:http";`,
    `import { NODE_SERVER_LIMITS, nodeListener } from "@meterr/runtime";`,
    `createServer(NODE_SERVER_LIMITS, nodeListener(${name}, ${OPTIONS.replace('"any"', '["localhost:3000"]')})).listen(3000);`,
  ],
};

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

function camel(slug: string): string {
  return slug.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A CommonJS host says `require`, which takes ES modules since Node 22.12. */
function asHostSays(esm: boolean, code: string): string {
  if (esm) return code;
  return code
    .replaceAll(/^import (\{[\s\S]*?\}) from ("[^"]*");/gm, (_, names: string, from: string) => {
      return `const ${names.replaceAll(" as ", ": ")} = require(${from});`;
    })
    .replaceAll(/^export const (\w+) = /gm, "const $1 = exports.$1 = ");
}
