import type { Node } from "oxc-parser";
import { clientSecret, hardcodedSecret } from "../../rules/catalogue.ts";
import type { Rule } from "../../rules/rule.ts";
import type { ProjectFile } from "../../project.ts";
import { children } from "../../syntax/walk.ts";

interface FileFinding {
  readonly rule: Rule;
  readonly node: Node;
  readonly message: string;
}

/** Shapes of credentials, as their issuers document them. */
const SHAPES =
  /^(?:sk_live_[A-Za-z0-9]{16,}|rk_live_[A-Za-z0-9]{16,}|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|github_pat_\w{40,}|xox[baprs]-[\w-]{10,}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|whsec_[A-Za-z0-9+/=]{20,}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{36}|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,})/;
const DATABASE_URL =
  /^(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?):\/\/[^:/@\s]+:([^@/\s]+)@(?!localhost|127\.0\.0\.1|host\.docker|db[:/]|postgres[:/])/;
const NAMES =
  /(?:^|_|[a-z])(?:secret(?:key)?|apikey|api_key|password|passwd|private_?key|access_?token|auth_?token|jwt_?secret|signing_?key|encryption_?key|client_?secret)$/i;
const PLACEHOLDER =
  /^(?:|x+|\*+|\.+|<.*>|\$\{.*|your[-_ ].*|.*(?:example|placeholder|changeme|dummy|test|fake|sample|mock|redacted|masked|hidden|unchanged|concealed|omitted|filtered|todo|\bfoo\b|password|secret123).*|process\.env.*|undefined|null|none|true|false)$/i;

/** One of these stands in every text in which anything is found: most files need no walk. */
const MAY_HOLD =
  /secret|api_?key|passw|private_?key|access_?token|auth_?token|signing_?key|encryption_?key|jwt|service_role|admin_|database_url|[sr]k_live_|sk-|AKIA|ghp_|github_pat_|xox[baprs]-|AIza|SG\.[\w-]{16}|glpat-|npm_|whsec_|eyJ[\w-]{20}|postgres|mysql|mongodb|redis|amqp/i;

/** Secrets that stand in the text of a file, whoever runs it. */
export function fileSecrets(file: ProjectFile): FileFinding[] {
  if (!MAY_HOLD.test(file.text)) return [];
  if (
    /(?:^|\/)(?:tests?|__tests__|fixtures?|mocks?|examples?|stories|seeds?|e2e|cypress|playwright)(?:\/|\.)|\.(?:test|spec|stories|fixture|mock|seed)\./i.test(
      file.path,
    )
  )
    return [];
  const found: FileFinding[] = [];
  const inBrowser =
    (file.text.includes("use client") && file.module.directives.has("use client")) ||
    /\.(?:vue|svelte)$/.test(file.path);
  const visit = (node: Node, name: string): void => {
    let named = name;
    switch (node.type) {
      case "VariableDeclarator":
        named = node.id.type === "Identifier" ? node.id.name : "";
        break;
      case "Property":
        named =
          node.key.type === "Identifier" ? node.key.name : node.key.type === "Literal" ? String(node.key.value) : "";
        break;
      case "CallExpression":
      case "NewExpression":
        called(node, found);
        named = "";
        break;
      case "LogicalExpression":
        fallback(node, found);
        break;
      case "JSXAttribute":
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
        named = "";
        break;
      case "MemberExpression": {
        const variable = environment(node);
        if (variable !== null) exposed(variable, node, inBrowser, found);
        break;
      }
      case "Literal":
        if (typeof node.value === "string") text(node.value, named, node, found);
        break;
      case "TSEnumMember":
      case "ImportDeclaration":
      case "TSTypeAliasDeclaration":
      case "TSInterfaceDeclaration":
        return;
      default:
    }
    const inside = children(node);
    for (let at = 0; at < inside.length; at += 1) visit(inside[at] as Node, named);
  };
  visit(file.syntax.program, "");
  return found;
}

function text(value: string, name: string, node: Node, found: FileFinding[]): void {
  if (SHAPES.test(value))
    found.push({ rule: hardcodedSecret, node, message: "A credential stands in the source, and in every copy of it." });
  else {
    const [, password = ""] = DATABASE_URL.exec(value) ?? [];
    if (
      password !== "" &&
      !/^(?:postgres|password|secret|root|admin|user|example|changeme|\$\{?\w+\}?)$/i.test(password)
    )
      found.push({ rule: hardcodedSecret, node, message: "The address of a database holds its password." });
    else if (
      NAMES.test(name) &&
      value.length >= 8 &&
      !PLACEHOLDER.test(value) &&
      // `"••••••••"`, `"----"`: what is shown in its stead.
      new Set(value).size > 3 &&
      !/\s/.test(value) &&
      !/^[a-z]+(?:[._-][a-z]+)+$|^[A-Za-z]+$|^https?:|^\/|^[A-Z][A-Z0-9_]+$|[{}]|\.\w+\.|^x-/.test(value)
    ) {
      found.push({ rule: hardcodedSecret, node, message: `${name} stands in the source, and in every copy of it.` });
    }
  }
}

/** `process.env.JWT_SECRET ?? "dev-secret"`. */
function fallback(node: Extract<Node, { type: "LogicalExpression" }>, found: FileFinding[]): void {
  if (
    node.operator === "&&" ||
    node.right.type !== "Literal" ||
    typeof node.right.value !== "string" ||
    node.right.value === ""
  )
    return;
  const variable = node.left.type === "MemberExpression" ? environment(node.left) : null;
  if (
    variable === null ||
    !/SECRET|PRIVATE_KEY|SIGNING_KEY|ENCRYPTION_KEY|JWT_KEY|PASSWORD|AUTH_TOKEN|API_KEY$/.test(variable) ||
    /^(?:NEXT_PUBLIC|VITE)_/.test(variable)
  )
    return;
  if (/^(?:test|dummy|build|placeholder)/i.test(node.right.value) && /API_KEY/.test(variable)) return;
  found.push({
    rule: hardcodedSecret,
    node,
    message: `Where ${variable} is not set, the secret is a text of the source.`,
  });
}

/** jwt.sign(payload, "secret"), jwt.verify(token, "secret"), dangerouslyAllowBrowser. */
function called(node: Extract<Node, { type: "CallExpression" | "NewExpression" }>, found: FileFinding[]): void {
  if (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    node.callee.object.type === "Identifier"
  ) {
    const [, secret] = node.arguments;
    if (
      /^jwt|jsonwebtoken/i.test(node.callee.object.name) &&
      /^(?:sign|verify)$/.test(node.callee.property.name) &&
      secret?.type === "Literal" &&
      typeof secret.value === "string"
    ) {
      found.push({ rule: hardcodedSecret, node: secret, message: "The key that signs tokens stands in the source." });
    }
  }
}

function environment(node: Node): string | null {
  if (node.type !== "MemberExpression" || node.property.type !== "Identifier" || node.computed) return null;
  const { object } = node;
  if (object.type !== "MemberExpression" || object.property.type !== "Identifier" || object.property.name !== "env")
    return null;
  if (object.object.type === "Identifier" && object.object.name === "process") return node.property.name;
  return object.object.type === "MetaProperty" ? node.property.name : null;
}

const PUBLIC_PREFIX = /^(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|PUBLIC|NUXT_PUBLIC)_/;
const SECRET_VARIABLE =
  /(?:SECRET|SERVICE_ROLE|PRIVATE_KEY|PASSWORD|ADMIN_(?:API_)?(?:TOKEN|KEY)|ACCESS_TOKEN|AUTH_TOKEN|OPENAI_API_KEY|ANTHROPIC_API_KEY|STRIPE_SECRET|DATABASE_URL|RESEND_API_KEY|SENDGRID_API_KEY)/;

/** A variable whose name puts it into the browser's bundle. */
function exposed(variable: string, node: Node, inBrowser: boolean, found: FileFinding[]): void {
  if (
    PUBLIC_PREFIX.test(variable) &&
    SECRET_VARIABLE.test(variable) &&
    !/PUBLISHABLE|ANON|PUBLIC_KEY$/.test(variable)
  ) {
    found.push({ rule: clientSecret, node, message: `${variable} is copied into what browsers load.` });
  } else if (inBrowser && SECRET_VARIABLE.test(variable) && !PUBLIC_PREFIX.test(variable)) {
    found.push({ rule: clientSecret, node, message: `${variable} is read in code that runs in browsers.` });
  }
}
