import { createHmac, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";

interface Head {
  readonly org: string;
  readonly seq: string;
  readonly hash: string;
  readonly time: string;
}

interface Settings {
  /** Logged in as desk_signer, which may read how far each log goes and nothing else. */
  readonly db: pg.Pool;
  /** Where the last head of each workspace is kept, outside the database. */
  readonly folder: string;
  /** 32 characters or more. */
  readonly secret: string;
}

/** Signs how far each workspace's audit log goes, and refuses a log that is not the one it signed before. */
export function headSigner({ db, folder, secret }: Settings) {
  if (secret.length < 32) throw new Error("AUDIT_HEAD_SECRET needs 32 characters or more");
  const mac = (text: string): Buffer => createHmac("sha256", secret).update(text).digest();
  const fileOf = (org: string): string => path.join(folder, `${org}.head`);

  function open(org: string, signed: string): Head {
    const [text = "", signature = ""] = signed.split(".");
    const given = Buffer.from(signature, "base64url");
    const expected = mac(text);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error("not signed here");
    const head = JSON.parse(Buffer.from(text, "base64url").toString()) as Head;
    if (head.org !== org) throw new Error("the head of another workspace");
    return head;
  }

  async function lastOf(org: string): Promise<string | null> {
    return readFile(fileOf(org), "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
  }

  async function signHead(org: string) {
    const last = await lastOf(org);
    const found = await db.query<{ seq: string; hash: Buffer }>("select seq, hash from audit_log_head($1)", [org]);
    const end = found.rows[0];
    if (last !== null) {
      const head = open(org, last);
      const same = await db.query<{ hash: Buffer }>("select hash from audit_log_since($1, $2, 1)", [
        org,
        String(BigInt(head.seq) - 1n),
      ]);
      if (same.rows[0]?.hash.toString("hex") !== head.hash) {
        return { signed: last, refused: { problem: "does not extend the last head", seq: head.seq } };
      }
      if (end?.seq === head.seq) return { signed: last };
    }
    if (end === undefined) return null;
    const head: Head = { org, seq: end.seq, hash: end.hash.toString("hex"), time: new Date().toISOString() };
    const text = Buffer.from(JSON.stringify(head)).toString("base64url");
    const signed = `${text}.${mac(text).toString("base64url")}`;
    await mkdir(folder, { recursive: true });
    const fresh = `${fileOf(org)}.${process.pid}`;
    await writeFile(fresh, signed, { mode: 0o600 });
    await rename(fresh, fileOf(org));
    return { signed };
  }

  async function verifyHead(org: string, signed: string) {
    const { seq, hash, time } = open(org, signed);
    return { seq: BigInt(seq), hash, time: new Date(time) };
  }

  return { signHead, verifyHead };
}
