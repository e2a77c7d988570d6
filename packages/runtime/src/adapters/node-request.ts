import type { IncomingMessage } from "node:http";
import { Problem } from "../problem.ts";
import { setPeerAddress } from "./peer-address.ts";

export interface NodeRequestOptions {
  readonly hosts: ReadonlySet<string>;
  readonly scheme: "http" | "https";
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

// Two of these mean two answers to one question; which of them counts would depend on the software on the way.
const SINGLE = new Set([
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "idempotency-key",
  "origin",
  "proxy-authorization",
  "sec-fetch-site",
  "transfer-encoding",
  "x-api-key",
  "x-goog-api-key",
  "x-tenant-id",
]);

/** The Request a node:http message is. Throws Problem on what no two programs would read alike. */
export function nodeRequest(incoming: IncomingMessage, options: NodeRequestOptions): Request {
  const headers = readHeaders(incoming);
  const host = headers.get("host")?.toLowerCase() ?? "";
  if (!options.hosts.has(host)) throw new Problem("misdirected_request");
  const url = readTarget(incoming.url ?? "", `${options.scheme}://${host}`);
  const method = incoming.method ?? "";
  const declared = headers.get("content-length");
  if (declared !== null && Number(declared) > options.maxBodyBytes) throw new Problem("body_too_large");
  const hasBody = headers.has("transfer-encoding") || (declared !== null && Number(declared) > 0);
  if (hasBody && (method === "GET" || method === "HEAD")) {
    throw new Problem("invalid_request", { detail: "This method takes no body." });
  }
  let request: Request;
  try {
    request = new Request(url, {
      method,
      headers,
      signal: options.signal,
      ...(hasBody ? { body: bodyStream(incoming, options.maxBodyBytes), duplex: "half" } : {}),
    });
  } catch {
    // TRACE and CONNECT, which the Fetch standard does not know.
    throw new Problem("method_not_allowed", { headers: { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" } });
  }
  const peer = incoming.socket.remoteAddress;
  if (peer !== undefined) setPeerAddress(request, peer);
  return request;
}

function readHeaders(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  const seen = new Set<string>();
  const raw = incoming.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    if (SINGLE.has(name)) {
      if (seen.has(name)) throw new Problem("invalid_request", { detail: "A header that must be single is repeated." });
      seen.add(name);
    }
    try {
      headers.append(name, raw[at + 1] ?? "");
    } catch {
      throw new Problem("invalid_request", { detail: "A header is malformed." });
    }
  }
  return headers;
}

/** The origin form only (RFC 9112 §3.2.1), and only as the URL parser itself would write it. */
function readTarget(target: string, origin: string): string {
  if (!target.startsWith("/") || target.startsWith("//") || !URL.canParse(origin + target)) {
    throw new Problem("invalid_request", { detail: "The address is malformed." });
  }
  const url = new URL(origin + target);
  const mark = target.indexOf("?");
  // Dot segments and backslashes: a proxy that compares paths as sent would have judged another path.
  if (url.pathname !== (mark === -1 ? target : target.slice(0, mark))) {
    throw new Problem("invalid_request", { detail: "The address is not in its canonical form." });
  }
  return url.href;
}

function bodyStream(incoming: IncomingMessage, maxBytes: number): ReadableStream<Uint8Array> {
  // Not destroyed on return: the socket is still needed for the answer.
  const iterator = incoming.iterator({ destroyOnReturn: false });
  let total = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next: IteratorResult<Uint8Array> = await iterator.next();
        if (next.done === true) {
          controller.close();
          return;
        }
        total += next.value.byteLength;
        if (total > maxBytes) {
          controller.error(new Problem("body_too_large"));
          return;
        }
        controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
