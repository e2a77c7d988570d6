import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseError } from "../errors.ts";
import type { ServerIdentity } from "./identity.ts";
import { firstUnreachable } from "./reachable.ts";

/** The folder of one embedded server: data/, superuser-password, server.log and this record. */
export interface ServerHome {
  folder: string;
  data: string;
  passwordFile: string;
  logFile: string;
  lockFile: string;
}

interface HomeRecord {
  purpose: "meterr embedded postgresql";
  format: 1;
  /** Where the server's files really are, when the server's user cannot enter this folder. */
  placed_at?: string;
  socket_dir?: string;
}

const recordName = "meterr-postgresql.json";
/** sun_path is 104 bytes on macOS and 108 on Linux, with its closing zero. */
const longestSocket = 103;

/**
 * Opens or makes the folder of an embedded server. When the server's user cannot enter it, the files live in a
 * folder of their own below `reachableDir`, named in the record.
 * @throws DatabaseError folder_not_writable, folder_not_ours
 */
export function openHome(
  dataDir: string,
  identity: ServerIdentity | null,
  reachableDir: string,
  notice: (text: string) => void,
): ServerHome {
  makeFolder(dataDir, identity === null ? 0o700 : 0o711);
  const record = readRecord(dataDir);
  if (record === null && readdirSync(dataDir).length > 0) {
    throw new DatabaseError(
      "folder_not_ours",
      `${dataDir} holds files that are not Meterr's database. Choose an empty folder for it.`,
    );
  }
  const blocked = identity === null ? null : firstUnreachable(dataDir, identity);
  let folder = record?.placed_at ?? dataDir;
  if (identity !== null && blocked !== null && record?.placed_at === undefined) {
    folder = join(reachableDir, `server-${randomBytes(8).toString("hex")}`);
    notice(`User ${identity.uid}, as whom PostgreSQL runs, cannot enter ${blocked}; its data is kept in ${folder}.`);
  }
  writeRecord(dataDir, { ...(record ?? fresh()), ...(folder === dataDir ? {} : { placed_at: folder }) });
  if (folder !== dataDir) {
    makeFolder(reachableDir, 0o711);
    makeFolder(folder, 0o711);
  }
  return {
    folder,
    data: join(folder, "data"),
    passwordFile: join(folder, "superuser-password"),
    logFile: join(folder, "server.log"),
    lockFile: join(folder, "start.lock"),
  };
}

/**
 * A short folder for the Unix socket, owned by the server's user: 0700, or 0711 when other users of this machine
 * (who still need a password) are to connect.
 * @throws DatabaseError socket_path_too_long, folder_not_ours, folder_not_writable
 */
export function openSocketDir(
  dataDir: string,
  home: ServerHome,
  identity: ServerIdentity | null,
  wanted: string | undefined,
  mode: 0o700 | 0o711,
): string {
  if (wanted !== undefined && !fits(wanted)) {
    throw new DatabaseError(
      "socket_path_too_long",
      `The path of the socket folder ${wanted} is too long: at most 85 bytes.`,
    );
  }
  const record = readRecord(dataDir) ?? fresh();
  let folder = wanted ?? record.socket_dir ?? join(home.folder, "socket");
  const usable =
    fits(folder) && (identity === null || existsSync(folder) || firstUnreachable(folder, identity) === null);
  if (!usable || (wanted === undefined && record.socket_dir === folder && !isOwned(folder, identity))) {
    folder = mkdtempSync(join(tmpdir().length < 40 ? tmpdir() : "/tmp", "meterr-"));
  }
  makeFolder(folder, mode);
  if (!isOwned(folder, identity) && readdirSync(folder).length > 0) {
    throw new DatabaseError("folder_not_ours", `The socket folder ${folder} belongs to another user.`);
  }
  give(folder, identity);
  chmodSync(folder, mode);
  writeRecord(dataDir, { ...record, socket_dir: folder });
  return folder;
}

/** Hands a file or folder to the server's user. */
export function give(path: string, identity: ServerIdentity | null): void {
  if (identity !== null) chownSync(path, identity.uid, identity.gid);
}

function isOwned(folder: string, identity: ServerIdentity | null): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === (identity?.uid ?? process.getuid?.());
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, ".s.PGSQL.5432.lock")) <= longestSocket;
}

function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (cause) {
    throw new DatabaseError("folder_not_writable", `The folder ${folder} cannot be made.`, { cause });
  }
}

function fresh(): HomeRecord {
  return { purpose: "meterr embedded postgresql", format: 1 };
}

function readRecord(dataDir: string): HomeRecord | null {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dataDir, recordName), "utf8"));
    const record = found as HomeRecord;
    return record.purpose === "meterr embedded postgresql" && record.format === 1 ? record : null;
  } catch {
    return null;
  }
}

function writeRecord(dataDir: string, record: HomeRecord): void {
  try {
    writeFileSync(join(dataDir, recordName), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new DatabaseError("folder_not_writable", `The folder ${dataDir} cannot be written to.`, { cause });
  }
}
