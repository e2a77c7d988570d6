import { isStatement } from "../interpret/structures.ts";
import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import { handBack } from "./callbacks.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";
import { requestSent } from "./requests-sent.ts";

const LEVEL =
  /^(?:log|info|warn|error|debug|trace|fatal|verbose|notice|silly|http|critical|captureException|captureMessage)$/;

/** Where something leaves the handler: logs, shells, HTML, other servers. */
export function sinks(call: UnseenCall): Value | undefined {
  const { machine, root, method, names, args, place, receiver } = call;
  const from = packageOf(root);
  const name = nameOfRoot(root);
  const [text] = args;
  if (text !== undefined && writesCondition(call, text)) machine.record({ kind: "sql", text, sent: true, place });
  else if (
    text !== undefined &&
    /^(?:\$queryRawUnsafe|\$executeRawUnsafe|unsafe|raw|querySql|rawQuery|literal)$/.test(method) &&
    (receiver !== null || /sql|raw/i.test(name) || DATABASE.test(from)) &&
    from !== "hono"
  )
    machine.record({ kind: "sql", text, sent: true, place });
  else if (
    text !== undefined &&
    /^(?:query|execute|run|all|get|prepare|exec|any|one|none|many|oneOrNone|manyOrNone)$/.test(method) &&
    receiver !== null &&
    holdsStatement(text)
  )
    machine.record({ kind: "sql", text, sent: true, place });
  if (text !== undefined && from === "hono" && method === "raw") machine.record({ kind: "html", value: text, place });
  if (
    (name === "eval" && names.length === 0) ||
    (call.isNew && name === "Function") ||
    (from.endsWith("vm") && /^(?:runIn\w+|Script)$/.test(method))
  ) {
    machine.record({
      kind: "command",
      name,
      args: args.length === 0 ? [] : [args.at(-1) ?? opaque("code")],
      shell: true,
      place,
    });
    return opaque(name);
  }
  if (/^(?:merge|mergeWith|defaultsDeep|deepmerge|mergeDeep)$/.test(method)) {
    const whole = args.find((arg) => arg.k === "client" && arg.part === "body" && arg.path === "" && !arg.checked);
    if (whole !== undefined) machine.record({ kind: "assign", value: whole, place });
    const [row] = args;
    // `repo.merge(row, changes)` answers the row.
    if (row?.k === "rows" && row.path === "") {
      machine.record({ kind: "change", row, place });
      return row;
    }
    if (!/typeorm|mikro/.test(from)) return { k: "derived", op: "merged", args, place };
  }
  // TypeORM: an entity is made of what it is given, and saved by itself.
  const entity = args.at(-1);
  if (entity !== undefined && /^(?:create|merge)$/.test(method) && isRepository(call))
    machine.record({ kind: "assign", value: entity, place });
  // `new Order(req.body)`: a document with whatever it was sent.
  if (
    call.isNew &&
    root.k === "foreign" &&
    root.origin === "missing" &&
    text !== undefined &&
    isModel(root.from, root.local ?? name)
  )
    machine.record({ kind: "assign", value: text, place });
  // `url.searchParams.set("api_key", key)`
  if (
    (method === "set" || method === "append") &&
    receiver !== null &&
    args[0]?.k === "literal" &&
    args[1] !== undefined &&
    endsInSearch(receiver)
  ) {
    const pair: Value = {
      k: "derived",
      op: "template",
      args: [{ k: "literal", value: `?${String(args[0].value)}=` }, args[1]],
      place,
    };
    machine.record({ kind: "fetch", url: pair, options: null, place });
  }
  // `logger[level](…)`
  if (
    (LEVEL.test(method) || (method === "*" && /^(?:console|log|\w*logger)$/i.test(name))) &&
    receiver !== null &&
    (LOGGERS.test(from) || isLogger(receiver, name))
  ) {
    machine.record({ kind: "log", args, name: `${name}.${method}`, place });
    return UNDEFINED;
  }
  if (
    from === "child_process" ||
    (names.length <= 1 &&
      /^(?:exec|execSync|execAsync|execPromise|spawn|spawnSync|execa|execaCommand|execaCommandSync|\$|shell)$/.test(
        method,
      ) &&
      isShell(call, from, name))
  ) {
    // Bun: `spawn({ cmd: [program, …] })`, `spawn([program, …])`.
    const list = args[0]?.k === "struct" ? args[0].props.get("cmd") : args[0];
    const words =
      list?.k === "list" ? list.items : [...args.slice(0, 1), ...(args[1]?.k === "list" ? args[1].items : [])];
    const shell =
      isShellCommand(words) ||
      /^(?:exec|execSync|execAsync|execPromise|execaCommand|execaCommandSync|shell)$/.test(method) ||
      args.some(
        (arg) =>
          arg.k === "struct" &&
          arg.props.get("shell") !== undefined &&
          !(arg.props.get("shell")?.k === "literal" && (arg.props.get("shell") as { value: unknown }).value === false),
      );
    const program = list?.k === "list" ? list.items.slice(0, 1) : isFromList(list) ? [] : args;
    machine.record({ kind: "command", name: method, args: shell ? args : program, shell, place });
    return handBack(machine, args, opaque(method), place);
  }
  return requestSent(call);
}

/** `["sh", "-c", text]` */
function isShellCommand([first, second]: readonly Value[]): boolean {
  return (
    first?.k === "literal" &&
    /(?:^|\/)(?:ba|z|da|k)?sh$|cmd(?:\.exe)?$|powershell/.test(String(first.value)) &&
    second?.k === "literal" &&
    /^[-/]\w*c$/i.test(String(second.value))
  );
}

/** A list that a helper made or that is put together of several: its first is the program, and not seen. */
function isFromList(value: Value | undefined): boolean {
  return value?.k === "choice" && value.alternatives.every((one) => one.value.k === "list");
}

function isModel(from: string, name: string): boolean {
  return (
    /(?:^|\/)(?:models?|entit(?:y|ies)|schemas?)(?:\/|$|\.)/i.test(from) &&
    /^[A-Z]/.test(name) &&
    !/(?:Dto|Input|Request|Command|Event|Error|Query|View)$/.test(name)
  );
}

function isRepository({ chain, receiver }: UnseenCall): boolean {
  const last = receiver?.k === "chain" ? receiver.steps.findLast((step) => step.kind === "member") : undefined;
  const name = last?.kind === "member" ? last.name : receiver === null ? "" : nameOfRoot(receiver);
  return (
    /(?:repo|repository)$/i.test(name) ||
    chain.steps.some((step) => step.kind === "member" && step.name === "getRepository")
  );
}

const DATABASE = /^(?:sequelize|knex|typeorm|@mikro-orm\/|drizzle-orm|kysely|objection|sql-template)/;
/** Methods of query builders that take a piece of a statement as it is written. */
const PIECE =
  /^(?:where|andWhere|orWhere|having|andHaving|orHaving|whereRaw|andWhereRaw|orWhereRaw|havingRaw|orHavingRaw|orderByRaw|groupByRaw|joinRaw|selectRaw|fromRaw|onRaw|columnRaw|whereLiteral)$/;

/** `.andWhere(`name = '${name}'`)`: a condition put together as text, and not the value of one. */
function writesCondition(call: UnseenCall, text: Value): boolean {
  const { method, chain } = call;
  if (text.k === "choice") return text.alternatives.some((one) => writesCondition(call, one.value));
  if (
    BUILDS_ORDER.test(method) &&
    chain.steps.some((step) => step.kind === "member" && step.name === "createQueryBuilder")
  )
    return text.k === "client" || (text.k === "derived" && /^(?:template|\+)$/.test(text.op));
  if (!PIECE.test(method)) return false;
  if (method.endsWith("Raw") && text.k === "client") return true;
  if (text.k !== "derived" || !/^(?:template|\+)$/.test(text.op)) return false;
  return method.endsWith("Raw") || holdsCondition(text);
}

function holdsCondition(text: Value): boolean {
  if (text.k === "literal") return CONDITION.test(String(text.value));
  return text.k === "derived" && /^(?:template|\+)$/.test(text.op) && text.args.some(holdsCondition);
}
/** TypeORM's builder takes these as they are written. */
const BUILDS_ORDER = /^(?:orderBy|addOrderBy|groupBy|addGroupBy|select|addSelect)$/;
const CONDITION = /[=<>]|\b(?:like|ilike|in|is|between|and|or|not|match|against)\b/i;

const LOGGERS = /^(?:winston|pino|bunyan|log4js|loglevel|consola|signale|npmlog|tslog|roarr|@sentry\/\w+)$/;

function isLogger(receiver: Value, name: string): boolean {
  if (/^(?:console|logger|log|pino|winston|sentry|bunyan|Logger|Sentry)$/i.test(name) || /log(?:ger)?$/i.test(name))
    return true;
  if (receiver.k === "chain") {
    const last = receiver.steps.at(-1);
    return last?.kind === "member" && /log(?:ger)?$/i.test(last.name);
  }
  return false;
}

function isShell(call: UnseenCall, from: string, name: string): boolean {
  if (from === "execa" || from === "zx" || from === "shelljs" || from === "node:child_process") return true;
  if (call.receiver !== null) return /^(?:child_process|childProcess|cp|shell|shelljs)$/.test(name);
  // `promisify(exec)` and names that are imported from files that are not there.
  return (
    /^(?:exec|execSync|execAsync|execPromise|spawn|spawnSync|execFileAsync)$/.test(name) ||
    (call.root.k === "foreign" && call.root.name === "promisify")
  );
}

/** A text that was put together: a statement from the first word on. */
function holdsStatement(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "derived") {
    const [first] = value.args;
    return (
      value.op !== "tagged" &&
      (value.op === "template" || value.op === "+" || value.op === "join") &&
      first !== undefined &&
      (isStatement(first) || holdsStatement(first, depth + 1))
    );
  }
  return value.k === "choice" && value.alternatives.some((one) => holdsStatement(one.value, depth + 1));
}

function endsInSearch(value: Value): boolean {
  if (value.k === "client") return value.path.endsWith("searchParams");
  if (value.k === "derived") return value.op === "url";
  const last = value.k === "chain" ? value.steps.at(-1) : undefined;
  return last?.kind === "member" && last.name === "searchParams";
}
