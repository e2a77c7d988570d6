import { open, rename, stat, type FileHandle } from "node:fs/promises";

/** Bytes after which a log is set aside at the next start of its process: enough for days at the info level. */
export const rotateAt = 16 * 1024 * 1024;
/** Set-aside logs kept, `name.log.1` being the newest. */
const kept = 4;

/** Opens a process's log for appending (0600), set aside first when it has grown large. */
export async function openLog(path: string, limit = rotateAt): Promise<FileHandle> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size >= limit) {
    for (let number = kept - 1; number >= 1; number -= 1) {
      await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(() => undefined);
    }
    await rename(path, `${path}.1`);
  }
  return open(path, "a", 0o600);
}

/** The last line with anything on it, at most 2,000 characters, from byte `since` on; undefined when there is none. */
export async function lastLogLine(path: string, since = 0): Promise<string | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const from = Math.max(since, size - 16_384);
    if (size <= from) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer
      .toString("utf8", 0, bytesRead)
      .split("\n")
      .filter((line) => line.trim() !== "");
    return telling(lines)?.slice(0, 2_000);
  } finally {
    await file.close();
  }
}

/** The line that says most: the last one, or, when Node ended with a stack trace, the error that heads it. */
function telling(lines: readonly string[]): string | undefined {
  const last = lines.at(-1);
  if (last === undefined || !/^Node\.js v\d/.test(last)) return readable(last);
  return lines.findLast((line) => /^\w*Error\b.*: /.test(line)) ?? last;
}

/** The message of a JSON log line with its detail, else the line itself. */
function readable(line: string | undefined): string | undefined {
  if (line === undefined || !line.startsWith("{")) return line;
  try {
    const { msg, detail } = JSON.parse(line) as { msg?: unknown; detail?: unknown };
    if (typeof msg !== "string" || msg === "") return line;
    return typeof detail === "string" ? `${msg} (${detail})` : msg;
  } catch {
    return line;
  }
}
