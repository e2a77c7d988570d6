import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { askDatabase } from "../database.ts";
import { postgresPid, type Machine } from "../machine.ts";

/** A place where something could be written down. */
export interface Place {
  readonly name: string;
  readonly content: Buffer | string;
}

/** Every file below a folder. One that goes away meanwhile is none. */
export function* filesBelow(folder: string): Generator<Place> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      yield { name: path.slice(folder.length), content: readFileSync(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Every row of every table of every schema that is not PostgreSQL's own, and what is being asked of it. */
export async function dumpOfEverything(machine: Machine): Promise<Place[]> {
  const tables = await askDatabase<{ name: string }>(
    machine,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const places: Place[] = [];
  for (const { name } of tables) {
    // sql-not-constant: a name that PostgreSQL wrote and quoted itself
    const rows = await askDatabase<{ row: string }>(machine, `select t::text as row from ${name} t`);
    places.push({ name: `table ${name}`, content: rows.map(({ row }) => row).join("\n") });
  }
  const running = await askDatabase(machine, "select * from pg_stat_activity");
  places.push({ name: "pg_stat_activity", content: JSON.stringify(running) });
  return places;
}

/** Environment and arguments of the supervisor and of everything it started. */
export async function processesOf(machine: Machine): Promise<Place[]> {
  const family = new Set<number>([machine.supervisor.pid ?? -1, (await postgresPid(machine.home)) ?? -1]);
  for (const pid of Object.values(await machine.children())) family.add(pid);
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const parent = /^\d+$/.test(entry) ? parentOf(Number(entry)) : null;
    if (parent !== null) parents.set(Number(entry), parent);
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!family.has(parent) || family.has(pid)) continue;
      family.add(pid);
      grown = true;
    }
  }
  return [...family].flatMap((pid) =>
    ["environ", "cmdline"].flatMap((kind) => {
      try {
        return [{ name: `${kind} of ${pid}`, content: readFileSync(`/proc/${pid}/${kind}`) }];
      } catch {
        return [];
      }
    }),
  );
}

function parentOf(pid: number): number | null {
  try {
    // pid (name) state ppid …: the name may hold anything but ends at the last bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}
