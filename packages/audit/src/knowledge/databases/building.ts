import type { Value } from "../../values/value.ts";
import { packageOf, type UnseenCall } from "../call.ts";
import { callsOf } from "./chain.ts";
import { isAskedOfService } from "./entities.ts";

/** Calls that build a statement: kept as they are until it is sent. */
export function databases(call: UnseenCall): Value | undefined {
  const { chain, root, method } = call;
  const held = documentOf(call);
  if (held !== null) return held;
  if (call.isNew && /Client|Pool|Drizzle|Kysely|DataSource|Sequelize|Database/i.test(method)) return chain;
  if (DATABASE_PACKAGE.test(packageOf(root))) return chain;
  const name = root.k === "foreign" || root.k === "opaque" ? root.name : "";
  if (CLIENT.test(name) && (call.names.length > 0 || /^(?:sql|knex|db)$/.test(name))) return chain;
  if (isAskedOfService(call.names.at(-2) ?? name, call.args)) return undefined;
  if (STARTS.test(method) && call.receiver !== null) return chain;
  if (callsOf(chain).some((one) => STARTS.test(one.name) && one.before.length <= 3)) return chain;
  return undefined;
}

/** `snapshot.data()`, `snapshot.get("ownerId")`: what a document holds. */
function documentOf({ root, chain, args: [field] }: UnseenCall): Value | null {
  if (root.k !== "rows" || root.query.library !== "store" || chain.steps.length > 1) return null;
  const [, before = "", way] = /^(?:(.*)\.)?(data|get)$/.exec(root.path) ?? [];
  if (way === "data") return { ...root, path: before };
  if (way !== "get" || field?.k !== "literal") return null;
  return { ...root, path: before === "" ? String(field.value) : `${before}.${String(field.value)}` };
}

const CLIENT =
  /^(?:prisma\w*|db|database|supabase\w*|knex|tx|trx|sql|pool|pg|conn|connection|kysely|drizzle|mongo|em|orm)$/i;
const DATABASE_PACKAGE =
  /^(?:drizzle-orm|@prisma\/|kysely|knex|pg|postgres|mysql2?|better-sqlite3|@neondatabase\/|@vercel\/postgres|@libsql\/|@planetscale\/|mongoose|mongodb|typeorm|@mikro-orm\/|sequelize|sequelize-typescript|@supabase\/|slonik|sqlite3?|@electric-sql\/|@nestjs\/typeorm|@nestjs\/mongoose)/;
const STARTS =
  /^(?:findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|findMany|createMany|updateMany|deleteMany|upsert|groupBy|createManyAndReturn|\$transaction|\$queryRaw|\$executeRaw|\$queryRawUnsafe|\$executeRawUnsafe|\$extends|selectFrom|updateTable|insertInto|deleteFrom|findById|findByIdAndUpdate|findByIdAndDelete|findOneAndUpdate|findOneAndDelete|findOne|findByPk|findOneBy|findAll|collection|createQueryBuilder|prepare|selectDistinct|rpc|countDocuments|insertOne|updateOne|deleteOne)$/;
