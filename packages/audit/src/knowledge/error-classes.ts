/** May what an error of a class says be shown? `sure` where its class was seen, or belongs to what makes answers. */
export type Shown = "sure" | "presumed" | null;

/** Libraries whose errors tell of tables, addresses and drivers. */
const OF_LIBRARIES =
  /Prisma|Postgres|Database|Axios|Sql|Sequelize|Mongo|Knex|TypeORM|QueryFailed|DynamoDB|Ldap|Elasticsearch|OpenSearch|Cassandra|Neo4j|Oracle|ServiceException$|^(?:Reply|Redis|Gaxios|Stripe|OpenAI|Anthropic)(?:API)?Error$|^(?:Fetch|System|Type|Reference|Range|Syntax|Eval|Aggregate)?Error$/i;
const OF_DRIVERS =
  /^(?:@prisma\/.*|pg|pg-.*|postgres|mysql2?|mariadb|sqlite3|better-sqlite3|@libsql\/.*|mssql|tedious|oracledb|mongodb|mongoose|typeorm|sequelize|sequelize-typescript|knex|objection|@mikro-orm\/.*|drizzle-orm|kysely|redis|ioredis|@redis\/.*|@upstash\/.*|cassandra-driver|neo4j-driver|@elastic\/.*|@opensearch-project\/.*|aws-sdk|@aws-sdk\/.*|@smithy\/.*|@google-cloud\/.*|googleapis|gaxios|google-auth-library|@azure\/.*|axios|got|ky|undici|node-fetch|ofetch|superagent|nodemailer|amqplib|kafkajs|bullmq|ldapjs|ldapts|ssh2|ssh2-sftp-client|minio|stripe|openai|@anthropic-ai\/.*|@octokit\/.*|twilio|@planetscale\/.*|@neondatabase\/.*|execa|@grpc\/.*|child_process|fs)$/;
/** Even a driver says this for whoever sent what was refused. */
const FOR_THE_SENDER = /Validation|Card|NotFound|Unique|RateLimit|DocumentNotFound/;
/** Their errors are made to become answers, or say what is wrong with the input. */
const OF_ANSWERS =
  /^(?:http-errors|@hapi\/boom|boom|hono|@hono\/.*|@nestjs\/.*|fastify|@fastify\/.*|koa|express|h3|nitro|@sveltejs\/kit|elysia|routing-controllers|@tsed\/.*|restify-errors|@feathersjs\/.*|@trpc\/.*|@orpc\/.*|graphql|@apollo\/.*|apollo-server.*|type-graphql|convex|meteor|zod|zod-validation-error|yup|joi|@hapi\/joi|valibot|superstruct|arktype|ajv|io-ts|class-validator|express-validator|celebrate|@vinejs\/.*|next-safe-action)$/;

export function isOfLibrary(name: string): boolean {
  return OF_LIBRARIES.test(name);
}

/** A class of a package; one that nothing is known of says what it likes. */
export function shownOf(packageName: string, name: string): Shown {
  if (name === "" || OF_LIBRARIES.test(name)) return null;
  if (OF_DRIVERS.test(packageName)) return FOR_THE_SENDER.test(name) ? "presumed" : null;
  return OF_ANSWERS.test(packageName) ? "sure" : "presumed";
}

/** What drivers and systems put under `code`: `P2002`, `23505`, `ER_DUP_ENTRY`, `ECONNREFUSED`, `11000`. */
export function isDriverCode(code: string): boolean {
  return /^(?:P\d{4}|\d{5}|[0-9]{2}[0-9A-Z]{3}|ER_\w+|E[A-Z]{3,}|SQLITE_\w+|ORA-\d+)$/.test(code);
}
