import type { Node } from "oxc-parser";
import { construct, fieldOf } from "../interpret/class.ts";
import { closureOf } from "../interpret/closure.ts";
import { exportedValue, moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { walk } from "../syntax/walk.ts";
import { opaque, struct, type Value } from "../values/value.ts";
import { decorator } from "./decorators.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler } from "./follow-handler.ts";
import { declarationOf } from "./next.ts";
import { isFunction } from "../syntax/is-function.ts";
import { functionIn } from "./handlers.ts";

const REGISTERS =
  /(?:^|\.)(?:createFunction|schedule|scheduleJob|task|schemaTask|schedules\.task|process|work|define|addWorker|cron|onSchedule|Worker|CronJob|createWorker|defineJob|createJob)$/;

/** The same names where they are called, in a text: most files that speak of a queue register nothing. */
const CALLED =
  /(?:createFunction|schedule|scheduleJob|task|schemaTask|process|work|define|addWorker|cron|onSchedule|Worker|CronJob|createWorker|defineJob|createJob)\s*(?:\?\.)?\s*[(<]/;

/** One of these ends the name of what is a job by its name. */
const NAMED = /(?:Job|Cron|Task)(?![\w$])/;

/** Work that runs by a clock or a queue: nobody is asked for a credential there, and each tenant's work is its own. */
export function jobEntryPoints(file: ProjectFile): EntryPoint[] {
  const found: EntryPoint[] = [];
  if (
    /inngest|trigger\.dev|bullmq|\bbull\b|node-cron|node-schedule|croner|agenda|pg-boss|@nestjs\/schedule|graphile-worker|firebase-functions|cron|queue|worker/i.test(
      file.text,
    ) &&
    CALLED.test(file.text)
  ) {
    for (const node of walk(file.syntax.program)) {
      if (node.type !== "CallExpression" && node.type !== "NewExpression") continue;
      if (!REGISTERS.test(calleeName(node.callee))) continue;
      const given = node.arguments.findLast(
        (arg) => isFunction(arg) || (arg.type === "ObjectExpression" && runIn(arg) !== null),
      );
      const fn = given?.type === "ObjectExpression" ? runIn(given) : given;
      if (fn === undefined || fn === null || !isFunction(fn)) {
        const named = given === undefined ? node.arguments.slice(1).findLast((arg) => isNamed(file, arg)) : undefined;
        if (named !== undefined) found.push(namedJob(file, calleeName(node.callee), named));
        continue;
      }
      const handler = fn;
      found.push({
        kind: "job",
        framework: "job",
        name: calleeName(node.callee),
        method: null,
        path: null,
        file: file.path,
        node: handler,
        follow(machine) {
          followHandler(machine, closureOf(handler, moduleScope(machine, file.path), "job"), jobArguments(), {
            file: file.path,
            node: handler,
          });
        },
      });
    }
  }
  if (!NAMED.test(file.text)) return found;
  if (/@(?:\w+\.)?(?:Processor|Process|Cron|Interval)\s*\(/.test(file.text)) found.push(...decorated(file));
  for (const name of file.module.exports.keys()) {
    if (!/(?:Job|Cron|Task)$/.test(name) || /^(?:create|define|make|is|has|add|get|new|with|use|to|on)[A-Z]/.test(name))
      continue;
    const node = declarationOf(file, name);
    const fn = functionIn(node);
    if (fn === null || fn.params.some((one) => one.type === "Identifier" && /^(?:req|request|res)$/.test(one.name)))
      continue;
    found.push({
      kind: "job",
      framework: "job",
      name,
      method: null,
      path: null,
      file: file.path,
      node,
      follow(machine) {
        const value = exportedValue(machine, file.path, name);
        if (value !== null) followHandler(machine, value, jobArguments(), { file: file.path, node });
      },
    });
  }
  return found;
}

/** `new Worker(QUEUE, collect, options)`, `cron.schedule(AT, lock.only("sweep", sweep))`: what is run has a name. */
function namedJob(file: ProjectFile, name: string, node: Node): EntryPoint {
  const binding = node.type === "Identifier" ? file.module.bindings.get(node.name) : undefined;
  const fn = binding?.kind === "local" ? functionIn(binding.node) : null;
  return {
    kind: "job",
    framework: "job",
    name,
    method: null,
    path: null,
    file: file.path,
    node: fn ?? node,
    follow(machine) {
      const value = machine.evaluate(node, moduleScope(machine, file.path));
      followHandler(machine, value, jobArguments(), { file: file.path, node: fn ?? node });
    },
  };
}

/** A function of this file, one of another, or either in a wrapper. */
function isNamed(file: ProjectFile, node: Node): boolean {
  if (node.type === "CallExpression") return node.arguments.some((arg) => isFunction(arg) || isNamed(file, arg));
  if (node.type !== "Identifier") return false;
  const binding = file.module.bindings.get(node.name);
  if (binding?.kind === "local" && functionIn(binding.node) !== null) return true;
  // A constant of this file is no work; `const { sweep } = require("./sweep")` leads to another as an import does.
  return binding !== undefined && binding.kind !== "local" && !BESIDE.test(node.name) && /[a-z]/.test(node.name);
}
const BESIDE = /connection|redis|options|config|settings|opts|queue|name|schema|payload/i;

/** Nest: `@Cron("0 3 * * *") async sweep()`, `@Process() async work(job)`, `process` of a `@Processor`. */
function decorated(file: ProjectFile): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const of of walk(file.syntax.program)) {
    if (of.type !== "ClassDeclaration") continue;
    const isProcessor = decorator(of.decorators, /^Processor$/) !== null;
    for (const member of of.body.body) {
      if (member.type !== "MethodDefinition" || member.key.type !== "Identifier" || member.value.body === null)
        continue;
      const { name } = member.key;
      if (decorator(member.decorators, /^(?:Process|Cron|Interval)$/) === null && !(isProcessor && name === "process"))
        continue;
      const declared = of;
      const place = { file: file.path, node: member.value };
      found.push({
        kind: "job",
        framework: "job",
        name: `${of.id?.name ?? "class"}.${name}`,
        method: null,
        path: null,
        file: file.path,
        node: member.value,
        follow(machine) {
          const made = { k: "class", node: declared, scope: moduleScope(machine, file.path), file: file.path } as const;
          followHandler(machine, fieldOf(machine, construct(machine, made, []), name), jobArguments(), place);
        },
      });
    }
  }
  return found;
}

function jobArguments(): Value[] {
  const payload = opaque("payload");
  return [
    // Inngest hands over a bag with the event in it, queues a job with its data, Trigger.dev the payload itself.
    {
      k: "struct",
      props: new Map<string, Value>([
        ["event", struct({ data: payload })],
        ["step", { k: "opaque", name: "step", id: -3 }],
        ["data", payload],
        ["payload", payload],
      ]),
      spreads: [payload],
      node: null,
    },
    opaque("context"),
  ];
}

function runIn(node: Extract<Node, { type: "ObjectExpression" }>): Node | null {
  for (const property of node.properties) {
    if (
      property.type === "Property" &&
      property.key.type === "Identifier" &&
      /^(?:run|handler|perform|process)$/.test(property.key.name)
    )
      return property.value;
  }
  return null;
}

function calleeName(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && node.property.type === "Identifier")
    return `${calleeName(node.object)}.${node.property.name}`;
  return "";
}
