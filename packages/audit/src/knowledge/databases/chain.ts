import { Memo } from "../../values/memo.ts";
import type { Chain, Value } from "../../values/value.ts";

/** A chain as calls with their names: `db.select().from(t)` is select and from. */
export interface NamedCall {
  readonly name: string;
  readonly args: readonly Value[];
  /** The names before it since the call before: `prisma.user.findMany` → user. */
  readonly before: readonly string[];
}

const named = new Memo<Chain, readonly NamedCall[]>();

export function callsOf(chain: Chain): readonly NamedCall[] {
  const known = named.get(chain);
  if (known !== undefined) return known;
  const calls: NamedCall[] = [];
  let names: string[] = [];
  for (const step of chain.steps) {
    if (step.kind === "member") names.push(step.name);
    else {
      const name = names.pop() ?? "";
      calls.push({ name, args: step.args, before: names });
      names = [];
    }
  }
  named.set(chain, calls);
  return calls;
}

/** `source.getRepository(User)`, `sequelize.define("room", …)`: TypeORM's and Sequelize's, and what stands for the entity. */
export function repositoryOf({ root }: Chain, calls: readonly NamedCall[]): NamedCall | undefined {
  const [first] = calls;
  if (first?.name === "" && root.k === "foreign" && (REPOSITORY.test(root.name) || isMadeFor(root.name, first)))
    return first;
  return calls.find((one) => REPOSITORY.test(one.name) || (one.name !== "" && isMadeFor(one.name, one)));
}
const REPOSITORY = /^(?:get(?:Mongo|Tree|Custom)?Repository|define)$/;

/** `repoFactory(InvoiceEntity)`, `repositoryFor(Invoice)`, `dataSource.repo(Invoice)`: the house's own, told by the entity it is made for. */
function isMadeFor(name: string, { args: [entity] }: NamedCall): boolean {
  return (
    HOUSE_REPOSITORY.test(name) && (entity?.k === "class" || (entity?.k === "foreign" && ENTITY.test(entity.name)))
  );
}
const HOUSE_REPOSITORY =
  /^(?:(?:get|make|create|build|use|open|new)_?)?(?:\w+_?)?repo(?:sitory)?(?:_?(?:factory|for|of|provider|from))?$/i;
const ENTITY = /^[A-Z][a-z]\w*$/;

/** `mongoose.model("Ticket")`, `connection.model("Ticket")`: the model by its name. */
export function modelOf({ root }: Chain, calls: readonly NamedCall[]): string | null {
  const [first] = calls;
  if (first === undefined) return null;
  const named =
    root.k === "foreign" && first.name === "" && root.name === "model"
      ? first
      : calls.find((one) => one.name === "model");
  const table = tableName(named?.args[0]);
  return table === "" ? null : table;
}

/** The name a table, model or collection goes by, from what stands for it. */
export function tableName(value: Value | undefined): string {
  if (value === undefined) return "";
  if (value.k === "literal") return String(value.value);
  if (value.k === "foreign")
    return value.name === "default" || value.name === "*"
      ? value.from.slice(value.from.lastIndexOf("/") + 1)
      : value.name;
  if (value.k === "opaque") return value.name;
  if (value.k === "chain") {
    const last = value.steps.findLast((step) => step.kind === "member");
    if (last?.kind === "member") return last.name;
    // A drizzle table in the tree: pgTable("users", …).
    const first = value.steps.find((step) => step.kind === "call");
    const [name] = first?.kind === "call" ? first.args : [];
    if (name?.k === "literal") return String(name.value);
    return tableName(value.root);
  }
  return "";
}

/** The column a value stands for: `t.orgId`, "org_id". */
export function columnName(value: Value | undefined): string {
  if (value === undefined) return "";
  if (value.k === "literal") return String(value.value);
  if (value.k === "chain") {
    const last = value.steps.findLast((step) => step.kind === "member");
    return last?.kind === "member" ? last.name : "";
  }
  if (value.k === "rows" || value.k === "principal" || value.k === "client")
    return value.path.slice(value.path.lastIndexOf(".") + 1);
  return value.k === "opaque" ? value.name : "";
}

/** The name of a model that is the whole of its module: as the file calls it, where that is a model's name. */
export function modelName(root: Value): string {
  return root.k === "foreign" && root.local !== undefined && /^[A-Z]/.test(root.local) ? root.local : tableName(root);
}
