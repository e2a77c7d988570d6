import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** The last signed head of each organisation's audit log, in a folder that PostgreSQL and its backups never see. */
export interface AuditHeadFiles {
  /** The compact JWS as it was kept; null when none was. */
  read(orgId: string): Promise<string | null>;
  /** Replaces it whole or not at all, also across a crash. */
  write(orgId: string, signed: string): Promise<void>;
  organisations(): Promise<string[]>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ENDING = ".jws";

/** One file `<org>.jws` for each organisation, 0600 in a folder of 0700 that is made when it is first needed. */
export function auditHeadFiles(folder: string): AuditHeadFiles {
  const fileOf = (orgId: string): string => {
    if (!UUID.test(orgId)) throw new TypeError("An organisation's id is a UUID in lower case.");
    return join(folder, `${orgId}${ENDING}`);
  };
  return {
    async read(orgId) {
      try {
        return (await readFile(fileOf(orgId), "utf8")).trim();
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(orgId, signed) {
      const file = fileOf(orgId);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${file}.${randomUUID()}.draft`;
      try {
        await writeDurably(draft, `${signed}\n`);
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      await syncFolder(folder);
    },
    async organisations() {
      try {
        const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
        return names.map((name) => name.slice(0, -ENDING.length)).filter((name) => UUID.test(name));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The rename itself must survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
