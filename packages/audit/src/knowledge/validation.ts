import { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { clientsOf } from "../values/trust.ts";
import { client, FALSE, REFUSED, TRUE, UNDEFINED, THROWN, type Value } from "../values/value.ts";
import { closedFacts } from "./closed-shapes.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

const LIBRARIES =
  /^(?:zod|@hono\/zod-openapi|yup|joi|@hapi\/joi|valibot|superstruct|arktype|ajv|io-ts|runtypes|@sinclair\/typebox|class-validator|zod-form-data|@effect\/schema|effect|myzod|computed-types|typia|zfd|vest|validator|express-validator|celebrate|@vinejs\/vine|fastest-validator|drizzle-zod|zod-to-json-schema)/;
const PARSING =
  /^(?:parse|parseAsync|validateSync|validateAsync|cast|decode|decodeSync|decodeUnknownSync|assert|create|mask|from|check|parseBody|decodeUnknownPromise|strict_parse|attempt)$/;

/** Schemas: what they pass on is `checked`, and what they looked at is known to have the shape. */
export function validation(call: UnseenCall): Value | undefined {
  const { machine, method, args, place, root, names, receiver } = call;
  const from = packageOf(root);
  const isLibrary = LIBRARIES.test(from);
  // express-validator hands out what its rules have looked at, whichever part of the request it came in.
  if (from === "express-validator" && method === "matchedData") return client("body", "", true);
  if (from === "express-validator" && method === "isEmpty") {
    // `validationResult(req).isEmpty()`: what the rules before the handler say of the body.
    const body = client("body", "");
    machine.record({ kind: "validate", subject: body, strict: true, place });
    return {
      k: "choice",
      alternatives: [
        { value: TRUE, facts: validFacts([body], call) },
        { value: FALSE, facts: Facts.none },
      ],
    };
  }
  // `const valid = ajv.compile(schema)`, called: it answers whether.
  const compiled = call.chain.steps.at(-2);
  if (from === "ajv" && names.length === 0 && compiled?.kind === "call" && args.length === 1 && args[0] !== undefined) {
    machine.record({ kind: "validate", subject: args[0], strict: true, place });
    return {
      k: "choice",
      alternatives: [
        { value: TRUE, facts: closedFacts(call, args[0], validFacts(args, call)) },
        { value: FALSE, facts: Facts.none },
      ],
    };
  }
  const subject = subjectOf(args);
  const answered = subject === null && isLibrary && receiver !== null ? somebodyIn(args[0]) : null;
  // `schema.safeParse(await server.userInfo(token))`: nobody has no shape.
  if (answered !== null && /^safeParse(?:Async)?$/.test(method))
    return outcome("success", "data", answered, Facts.none, null);
  if (answered !== null && PARSING.test(method)) return answered;
  if (subject === null) return isLibrary && !call.isNew ? call.chain : undefined;
  const isSchema =
    isLibrary ||
    /schema|validator|dto|zod|^z[A-Z]|Input$|Params$|Body$|Shape$|Spec$/i.test(
      receiver === null ? nameOfRoot(root) : lastName(receiver),
    );
  const strict = !isLoose(call);
  const note = (): void => machine.record({ kind: "validate", subject, strict, place });

  if (method === "safeParse" || method === "safeParseAsync" || (method === "spa" && isLibrary)) {
    note();
    const facts = closedFacts(call, subject, validFacts(args, call));
    return outcome(
      "success",
      "data",
      from === "valibot" ? passed(args[1] ?? subject, strict) : shaped(call, subject, strict),
      facts,
      method === "safeParse" && from === "valibot" ? "output" : null,
    );
  }
  // Meteor: `check(this.bodyParams, { roomId: String })` throws for anything else.
  if (from === "meteor" && method === "check" && args.length > 1) {
    note();
    machine.assume(validFacts(args.slice(0, 1), call));
    return UNDEFINED;
  }
  if (
    receiver === null &&
    (from === "valibot" || from === "superstruct") &&
    /^(?:parse|assert|create|mask|is|validate)$/.test(method)
  ) {
    note();
    machine.assume(closedFacts(call, subject, validFacts(args, call)));
    return passed(subject, strict);
  }
  if (
    receiver !== null &&
    PARSING.test(method) &&
    (isSchema || ((method === "parse" || method === "parseAsync") && names.length <= 2)) &&
    !isCodec(nameOfRoot(root))
  ) {
    note();
    machine.assume(closedFacts(call, subject, validFacts(args, call)));
    return shaped(call, subject, strict);
  }
  if (
    receiver !== null &&
    (method === "validate" ||
      method === "isValid" ||
      method === "is" ||
      method === "Check" ||
      method === "isValidSync") &&
    (isSchema || isLibrary)
  ) {
    note();
    const facts = closedFacts(call, subject, validFacts(args, call));
    if (method !== "validate")
      return {
        k: "choice",
        alternatives: [
          { value: TRUE, facts },
          { value: FALSE, facts: Facts.none },
        ],
      };
    if (from === "yup") {
      machine.assume(facts);
      return passed(subject, strict);
    }
    // joi: { error, value }.
    return {
      k: "choice",
      alternatives: [
        {
          value: {
            k: "struct",
            props: new Map([
              ["error", UNDEFINED],
              ["value", passed(subject, strict)],
            ]),
            spreads: [],
            node: null,
          },
          facts,
        },
        {
          value: {
            k: "struct",
            props: new Map<string, Value>([
              ["error", THROWN],
              ["value", subject],
            ]),
            spreads: [],
            node: null,
          },
          facts: Facts.none,
        },
      ],
    };
  }
  return isLibrary && !call.isNew ? call.chain : undefined;
}

function isCodec(name: string): boolean {
  return /^(?:JSON|URL|Date|path|qs|querystring|yaml|toml|csv|ms|cookie|superjson|devalue|parse)$/i.test(name);
}

function lastName(value: Value): string {
  if (value.k === "chain") {
    const last = value.steps.findLast((step) => step.kind === "member");
    return last?.kind === "member" ? last.name : nameOfRoot(value.root);
  }
  return nameOfRoot(value);
}

/** A caller, or the caller where there may be nobody. */
function somebodyIn(value: Value | undefined): Value | null {
  if (value?.k === "principal") return value;
  if (value?.k === "pending") return somebodyIn(value.value);
  if (value?.k !== "choice") return null;
  return value.alternatives.find((one) => one.value.k === "principal")?.value ?? null;
}

/** The argument the client chose. */
export function subjectOf(args: readonly Value[]): Value | null {
  for (const arg of args) {
    if (arg.k === "pending") {
      const inner = subjectOf([arg.value]);
      if (inner !== null) return inner;
    }
    for (const _ of clientsOf(arg)) return arg;
  }
  return null;
}

export function validFacts(args: readonly Value[], call: UnseenCall, sure = true): Facts {
  let facts = Facts.none;
  for (const arg of args) {
    for (const one of clientsOf(arg))
      facts = facts.with(`valid:${keyOf(one)}`, { sure, place: call.place, why: "a schema looked at it" });
  }
  return facts;
}

const CLOSED =
  /^(?:enum|nativeEnum|literal|number|boolean|bigint|date|uuid|guid|uuidv4|uuidv7|cuid|cuid2|ulid|nanoid|int|int32|datetime|iso|regex|picklist|stringbool|float32|float64|isoDate|isoDateTime)$/;

/** `z.enum([…])`, `v.picklist([…])`, `Joi.string().valid("a", "b")`, `yup.string().oneOf([…])`. */
const LISTS = /^(?:enum|enum_|nativeEnum|enums|literal|picklist|valid|oneOf|stringbool|boolean)$/;

/** `z.union([z.literal("a"), z.literal("b")])` */
function isUnionOfLiterals(schema: Extract<Value, { k: "chain" }>, names: readonly string[]): boolean {
  if (!/^(?:union|variant)$/.test(names[0] ?? "")) return false;
  const [all] = schema.steps.flatMap((step) => (step.kind === "call" ? [step.args[0]] : []));
  return (
    all?.k === "list" &&
    all.items.length > 0 &&
    all.items.every(
      (one) => one.k === "chain" && one.steps.some((step) => step.kind === "member" && LISTS.test(step.name)),
    )
  );
}

/** What a schema that is seen hands on: its own fields and no other, each with what its type says. */
function shaped(call: UnseenCall, subject: Value, strict: boolean): Value {
  const { receiver } = call;
  if (receiver === null || subject.k !== "client") return passed(subject, strict);
  return fromSchema(receiver, { ...subject, checked: strict }, 0);
}

/** Shapes that say nothing of the keys. */
const LOOSE = /^(?:any|unknown|looseObject)$/;

/** The value of one client field under a schema. */
export function fromSchema(schema: Value, subject: Extract<Value, { k: "client" }>, depth: number): Value {
  if (schema.k !== "chain" || depth > 4 || !LIBRARIES.test(packageOf(schema.root))) return subject;
  const names = schema.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  if (LOOSE.test(names[0] ?? "") || names.some((name) => /^(?:passthrough|loose|catchall)$/.test(name)))
    return { ...subject, checked: false };
  if (names.some((name) => LISTS.test(name)) || isUnionOfLiterals(schema, names))
    return { ...subject, closed: true, listed: true };
  if (names.some((name) => CLOSED.test(name))) return { ...subject, closed: true };
  const looked = [...(subject.looked ?? []), ...refinements(schema)];
  if (/^(?:object|strictObject|looseObject)$/.test(names[0] ?? "")) {
    const [fields] = schema.steps.flatMap((step) => (step.kind === "call" ? [step.args[0]] : []));
    if (
      fields?.k !== "struct" ||
      fields.spreads.length > 0 ||
      names.some((name) =>
        /^(?:extend|merge|pick|omit|partial|and|or|transform|passthrough|loose|catchall|array|safeExtend|pipe)$/.test(
          name,
        ),
      )
    )
      return looked.length === 0 ? subject : { ...subject, looked };
    const props = new Map(
      [...fields.props].map(([name, inner]) => [
        name,
        fromSchema(
          inner,
          { ...subject, path: subject.path === "" ? name : `${subject.path}.${name}`, looked },
          depth + 1,
        ),
      ]),
    );
    return { k: "struct", props, spreads: [], node: null };
  }
  // `z.preprocess(…)`, `z.union([…])`: what each of them asks is not looked for.
  return /^(?:string|url|httpUrl|email|coerce)$/.test(names[0] ?? "") || looked.length > 0
    ? { ...subject, looked }
    : subject;
}

/** The functions a schema asks: `z.string().url().refine(isPublic)`. */
function refinements(schema: Extract<Value, { k: "chain" }>): readonly Value[] {
  return schema.steps.flatMap((step, at) => {
    const before = schema.steps[at - 1];
    if (step.kind !== "call" || before?.kind !== "member") return [];
    if (REFINES.test(before.name)) return step.args.slice(0, 1);
    // What changes a value may also refuse it; of code that is not seen that is not to be thought.
    return CHANGES.test(before.name) ? step.args.slice(0, 1).filter(({ k }) => k === "closure") : [];
  });
}
const REFINES = /^(?:refine|superRefine|refinement|check|test|custom|rawCheck)$/;
const CHANGES = /^(?:transform|overwrite)$/;

/**
 * A schema that lists what may come and lets nothing else by: TypeBox's `Type.Object({ … }, { additionalProperties: false })`,
 * and the same as JSON Schema. Null where it is neither, or where more may come.
 */
export function fromJsonSchema(schema: Value, subject: Extract<Value, { k: "client" }>): Value | null {
  const [fields, options] =
    schema.k === "struct"
      ? [schema.props.get("properties"), schema]
      : schema.k === "chain" && /typebox/.test(packageOf(schema.root))
        ? (schema.steps.flatMap((step) => (step.kind === "call" ? [step.args] : []))[0] ?? [])
        : [];
  const more = options?.k === "struct" ? options.props.get("additionalProperties") : undefined;
  if (fields?.k !== "struct" || fields.spreads.length > 0 || more?.k !== "literal" || more.value !== false) return null;
  const props = new Map(
    [...fields.props.keys()].map((name): [string, Value] => [name, { ...subject, path: name, checked: true }]),
  );
  return { k: "struct", props, spreads: [], node: null };
}

/** What a schema hands on. One that keeps what it does not know hands on the input. */
export function passed(subject: Value, strict: boolean): Value {
  switch (subject.k) {
    case "client":
      return { ...subject, checked: strict };
    case "struct":
      return {
        ...subject,
        props: new Map([...subject.props].map(([name, inner]) => [name, passed(inner, strict)])),
        spreads: subject.spreads.map((one) => passed(one, strict)),
      };
    case "choice":
      return {
        k: "choice",
        alternatives: subject.alternatives.map((one) => ({ ...one, value: passed(one.value, strict) })),
      };
    case "derived":
      return subject.args[0] !== undefined && /^(?:JSON|parse|copy|entries|string)$/.test(subject.op)
        ? passed(subject.args[0], strict)
        : { ...subject, args: subject.args.map((arg) => passed(arg, strict)) };
    case "pending":
      return passed(subject.value, strict);
    default:
      return subject;
  }
}

/** `.passthrough()`, `z.any()`, `z.record()`: the shape says nothing of the keys. */
function isLoose(call: UnseenCall): boolean {
  const { chain } = call;
  const members = chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  if (
    members.includes("passthrough") ||
    members.includes("loose") ||
    members.includes("looseObject") ||
    members.includes("catchall")
  )
    return true;
  const first = members[0] ?? "";
  return (
    (first === "any" || first === "unknown" || first === "record") &&
    chain.root.k === "foreign" &&
    chain.root.origin === "package"
  );
}

function outcome(flag: string, held: string, value: Value, facts: Facts, other: string | null): Value {
  const good = new Map<string, Value>([
    [flag, TRUE],
    [held, value],
    ["error", UNDEFINED],
  ]);
  if (other !== null) good.set(other, value);
  return {
    k: "choice",
    alternatives: [
      { value: { k: "struct", props: good, spreads: [], node: null }, facts },
      {
        value: {
          k: "struct",
          props: new Map<string, Value>([
            [flag, FALSE],
            [held, REFUSED],
            ["error", THROWN],
          ]),
          spreads: [],
          node: null,
        },
        facts: Facts.none,
      },
    ],
  };
}
