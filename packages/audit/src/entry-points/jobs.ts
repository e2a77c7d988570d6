import type { Node } from "oxc-parser";
import { closureOf } from "../interpret/closure.ts";
import { exportedValue, moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { walk } from "../syntax/walk.ts";
import { opaque, struct, type Value } from "../values/value.ts";
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
      const fn = node.arguments.findLast(
        (arg) => isFunction(arg) || (arg.type === "ObjectExpression" && runIn(arg) !== null),
      );
      if (fn === undefined) continue;
      const handler = isFunction(fn) ? fn : fn.type === "ObjectExpression" ? runIn(fn) : null;
      if (handler === null || !isFunction(handler)) continue;
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
