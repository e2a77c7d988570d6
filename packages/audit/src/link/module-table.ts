import type { Expression, Node, Program } from "oxc-parser";

/** What a name at the top of a file stands for. */
export type Binding =
  | { readonly kind: "import"; readonly specifier: string; readonly name: string }
  | { readonly kind: "local"; readonly node: Node }
  /** A name bound by a pattern: `const { a, b } = f()`. */
  | { readonly kind: "pattern"; readonly declarator: Node };

/** How a name leaves a file. `name` is `*` for a namespace and `default` for the default export. */
export type Exported =
  | { readonly kind: "local"; readonly name: string; readonly node: Node }
  | { readonly kind: "value"; readonly value: Expression | Node; readonly node: Node }
  | { readonly kind: "from"; readonly specifier: string; readonly name: string; readonly node: Node };

/** The top of one file: what it binds, what it hands out. `require` and `module.exports` count. */
export interface ModuleTable {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly exports: ReadonlyMap<string, Exported>;
  /** `export * from …`. */
  readonly stars: readonly string[];
  /** `"use client"`, `"use server"` at the top. */
  readonly directives: ReadonlySet<string>;
}

export function readModule(program: Program): ModuleTable {
  const bindings = new Map<string, Binding>();
  const exports = new Map<string, Exported>();
  const stars: string[] = [];
  const directives = new Set<string>();
  const members: Members = new Map();

  for (const statement of program.body) {
    switch (statement.type) {
      case "ImportDeclaration":
        for (const one of statement.specifiers) {
          const name =
            one.type === "ImportDefaultSpecifier"
              ? "default"
              : one.type === "ImportNamespaceSpecifier"
                ? "*"
                : nameOf(one.imported);
          bindings.set(one.local.name, { kind: "import", specifier: statement.source.value, name });
        }
        break;
      case "ExportNamedDeclaration":
        if (statement.declaration !== null) {
          for (const name of declare(statement.declaration, bindings)) {
            exports.set(name, { kind: "local", name, node: statement.declaration });
          }
        }
        for (const one of statement.specifiers) {
          const outer = nameOf(one.exported);
          if (statement.source === null) exports.set(outer, { kind: "local", name: nameOf(one.local), node: one });
          else
            exports.set(outer, { kind: "from", specifier: statement.source.value, name: nameOf(one.local), node: one });
        }
        break;
      case "ExportDefaultDeclaration": {
        const { declaration } = statement;
        if (
          (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") &&
          declaration.id !== null
        ) {
          bindings.set(declaration.id.name, { kind: "local", node: declaration });
          exports.set("default", { kind: "local", name: declaration.id.name, node: declaration });
        } else exports.set("default", { kind: "value", value: declaration, node: statement });
        break;
      }
      case "ExportAllDeclaration":
        if (statement.exported === null) stars.push(statement.source.value);
        else
          exports.set(nameOf(statement.exported), {
            kind: "from",
            specifier: statement.source.value,
            name: "*",
            node: statement,
          });
        break;
      case "ExpressionStatement":
        if ("directive" in statement && typeof statement.directive === "string") directives.add(statement.directive);
        commonJs(statement.expression, exports);
        noteMember(statement.expression, members);
        break;
      case "TSExportAssignment":
        exports.set("default", { kind: "value", value: statement.expression, node: statement });
        break;
      default:
        if (statement.type === "VariableDeclaration")
          for (const { init } of statement.declarations) if (init !== null) commonJs(init, exports);
        declare(statement, bindings);
    }
  }
  handOutMembers(exports, bindings);
  if (members.size > 0) handOutLater(exports, bindings, members);
  return { bindings, exports, stars, directives };
}

/** `export default { list, remove }`, `const controller = { … }; module.exports = controller`: each under its name. */
function handOutMembers(exports: Map<string, Exported>, bindings: ReadonlyMap<string, Binding>): void {
  const whole = exports.get("default");
  if (whole?.kind !== "value") return;
  const binding = whole.value.type === "Identifier" ? bindings.get(whole.value.name) : undefined;
  const held =
    binding?.kind === "local" && binding.node.type === "VariableDeclarator" ? binding.node.init : whole.value;
  if (held?.type !== "ObjectExpression") return;
  for (const one of held.properties) {
    if (one.type === "Property" && one.key.type === "Identifier" && !one.computed && !exports.has(one.key.name))
      exports.set(one.key.name, { kind: "value", value: one.value, node: one });
  }
}

type Members = Map<string, [name: string, value: Expression, node: Node][]>;

/** `Notes.remove = async (req, res) => …`, by the name of the object. */
function noteMember(node: Expression, members: Members): void {
  if (node.type !== "AssignmentExpression" || node.operator !== "=" || node.left.type !== "MemberExpression") return;
  const { object, property, computed } = node.left;
  if (computed || object.type !== "Identifier" || property.type !== "Identifier" || object.name === "exports") return;
  const before = members.get(object.name) ?? [];
  before.push([property.name, node.right, node]);
  members.set(object.name, before);
}

/** `const Notes = module.exports; Notes.remove = …`, `const api = {}; api.list = …; export default api`. */
function handOutLater(exports: Map<string, Exported>, bindings: ReadonlyMap<string, Binding>, members: Members): void {
  const whole = exports.get("default");
  for (const [owner, all] of members) {
    const binding = bindings.get(owner);
    if (binding?.kind !== "local" || binding.node.type !== "VariableDeclarator") continue;
    const { init } = binding.node;
    const isWhole = whole?.kind === "value" && whole.value.type === "Identifier" && whole.value.name === owner;
    if (!(isWhole && init?.type === "ObjectExpression") && !(init !== null && isExportsOf(init))) continue;
    for (const [name, value, node] of all) if (!exports.has(name)) exports.set(name, { kind: "value", value, node });
  }
}

/** `module.exports`, `exports = module.exports = {}` */
function isExportsOf(node: Node): boolean {
  if (node.type === "AssignmentExpression") return isExportsOf(node.left) || isExportsOf(node.right);
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "module" &&
    node.property.type === "Identifier" &&
    node.property.name === "exports"
  );
}

/** Adds what a declaration binds and returns the names. */
function declare(node: Node, bindings: Map<string, Binding>): string[] {
  switch (node.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSDeclareFunction":
      if (node.id === null) return [];
      // Overload signatures come first, and the body last: the last one wins, unless it is a mere signature.
      if (node.type !== "TSDeclareFunction") bindings.set(node.id.name, { kind: "local", node });
      return [node.id.name];
    case "TSEnumDeclaration":
      bindings.set(node.id.name, { kind: "local", node });
      return [node.id.name];
    case "VariableDeclaration":
      return node.declarations.flatMap((declarator) => {
        const { id, init } = declarator;
        if (id.type === "Identifier") {
          const required = init === null ? null : requireOf(init);
          if (required !== null) bindings.set(id.name, { kind: "import", specifier: required, name: "require" });
          else bindings.set(id.name, { kind: "local", node: declarator });
          return [id.name];
        }
        const names = boundNames(id);
        for (const name of names) bindings.set(name, { kind: "pattern", declarator });
        return names;
      });
    default:
      return [];
  }
}

/** Every name a pattern binds. */
export function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => boundNames(one.type === "RestElement" ? one.argument : one.value));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : boundNames(one)));
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    case "TSParameterProperty":
      return boundNames(pattern.parameter);
    default:
      return [];
  }
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.type === "Identifier" ? (node.name ?? "") : String(node.value);
}

/** `require("x")`, also behind `.default`. */
function requireOf(node: Expression): string | null {
  if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require") {
    const [first] = node.arguments;
    if (first?.type === "Literal" && typeof first.value === "string") return first.value;
  }
  return null;
}

/** `module.exports = x`, `module.exports = { a, b }`, `exports.a = x`. */
function commonJs(node: Expression, exports: Map<string, Exported>): void {
  if (node.type !== "AssignmentExpression") return;
  // `exports = module.exports = { … }`
  if (node.left.type === "Identifier" && node.left.name === "exports") return commonJs(node.right, exports);
  if (node.left.type !== "MemberExpression") return;
  const { object, property } = node.left;
  if (property.type !== "Identifier") return;
  if (object.type === "Identifier" && object.name === "module" && property.name === "exports") {
    exports.set("default", { kind: "value", value: node.right, node });
    if (node.right.type === "ObjectExpression") {
      for (const one of node.right.properties) {
        if (one.type === "Property" && one.key.type === "Identifier") {
          exports.set(one.key.name, { kind: "value", value: one.value, node: one });
        }
      }
    }
    return;
  }
  const isExports =
    (object.type === "Identifier" && object.name === "exports") ||
    (object.type === "MemberExpression" &&
      object.object.type === "Identifier" &&
      object.object.name === "module" &&
      object.property.type === "Identifier" &&
      object.property.name === "exports");
  if (isExports) exports.set(property.name, { kind: "value", value: node.right, node });
}
