import { randomBytes } from "node:crypto";
import { connectPool } from "@meterr/database";
import { testServer } from "@meterr/database/testing";

type Pool = ReturnType<typeof connectPool>;

export interface HostDatabase {
  /** As the superuser: to plant rows, and to look at what is there. */
  readonly admin: Pool;
  /** The connection string of one of the roles. */
  url(role: string): string;
  close(): Promise<void>;
}

/** An empty database with roles of its own, as whoever runs the host would make them; the first role owns it. */
export async function hostDatabase(roles: readonly [string, ...string[]]): Promise<HostDatabase> {
  const server = await testServer();
  const [owner] = roles;
  const name = `${owner}_${randomBytes(4).toString("hex")}`;
  const passwords = new Map(roles.map((role) => [role, randomBytes(12).toString("hex")]));
  const root = connectPool({ ...server, database: "postgres" }, { max: 1 });
  for (const [role, password] of passwords) {
    const { rowCount } = await root.query("select from pg_roles where rolname = $1", [role]);
    await root.query(`${rowCount === 0 ? "create" : "alter"} role ${role} login password '${password}'`);
  }
  await root.query(`create database ${name} owner ${owner} template template0`);
  const admin = connectPool({ ...server, database: name }, { max: 4 });
  return {
    admin,
    url: (role) =>
      `postgres://${role}:${passwords.get(role) ?? ""}@/${name}?host=${encodeURIComponent(server.host)}&port=${server.port}`,
    async close() {
      await admin.end();
      await root.query(`drop database if exists ${name} with (force)`);
      await root.end();
    },
  };
}
