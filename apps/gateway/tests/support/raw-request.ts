import { connect } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** All that came, when more than one answer is looked for. */
  readonly all: string;
}

/** Sends exactly these bytes, and reads until the other side closes. */
export async function rawRequest(
  origin: string,
  bytes: string | Buffer | readonly (string | Buffer)[],
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const timer = setTimeout(() => socket.destroy(new Error("no answer")), 60_000);
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  for (const part of typeof bytes === "string" || Buffer.isBuffer(bytes) ? [bytes] : bytes) socket.write(part);
  await closed;
  clearTimeout(timer);
  return parse(Buffer.concat(chunks).toString("latin1"));
}

function parse(all: string): RawAnswer {
  const [head = "", body = ""] = all.split("\r\n\r\n", 2);
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body, all };
}
