import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { NodeIncoming } from "./node-message.ts";
import { setPeerAddress } from "./peer-address.ts";

export interface NodeRequestOptions {
  readonly hosts: ReadonlySet<string> | "any";
  readonly scheme: "http" | "https";
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
  /** The target as it was sent, where a framework has changed `url`. */
  readonly target?: string | undefined;
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

// A name or an address, and a port (RFC 9110 §7.2): nothing that would move where the path begins.
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * The Request a node:http message is. Throws Problem on what no two programs would read alike, and RuntimeError
 * `body_already_read` when something before it took the body.
 */
export function nodeRequest(incoming: NodeIncoming, options: NodeRequestOptions): Request {
  const headers = readHeaders(incoming);
  const host = headers.get("host")?.toLowerCase() ?? "";
  const known = options.hosts === "any" ? HOST.test(host) : options.hosts.has(host);
  if (!known) throw new Problem("misdirected_request");
  const url = readTarget(options.target ?? incoming.url ?? "", `${options.scheme}://${host}`);
  const method = incoming.method ?? "";
  const declared = headers.get("content-length");
  if (declared !== null && Number(declared) > options.maxBodyBytes) throw new Problem("body_too_large");
  const hasBody = headers.has("transfer-encoding") || (declared !== null && Number(declared) > 0);
  if (hasBody && (method === "GET" || method === "HEAD")) {
    throw new Problem("invalid_request", { detail: "This method takes no body." });
  }
  const body = hasBody ? bodyOf(incoming, options.maxBodyBytes) : null;
  let request: Request;
  try {
    request = new Request(url, {
      method,
      headers,
      signal: options.signal,
      ...(body === null ? {} : { body, duplex: "half" }),
    });
  } catch {
    // TRACE and CONNECT, which the Fetch standard does not know.
    throw new Problem("method_not_allowed", { headers: { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" } });
  }
  const peer = incoming.socket.remoteAddress;
  if (peer !== undefined) setPeerAddress(request, peer);
  return request;
}

function readHeaders(incoming: NodeIncoming): Headers {
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

/**
 * The bytes as they were sent: signatures cover those, and no value a parser made of them can be turned back.
 * `rawBody` is where serverless platforms, and a `verify` function of Express's parsers, keep them.
 */
function bodyOf(
  incoming: NodeIncoming & { readonly rawBody?: unknown },
  maxBytes: number,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  const { rawBody } = incoming;
  if (rawBody instanceof Uint8Array) {
    if (rawBody.byteLength > maxBytes) throw new Problem("body_too_large");
    return rawBody as Uint8Array<ArrayBuffer>;
  }
  if (incoming.readableDidRead) {
    throw new RuntimeError(
      "body_already_read",
      "Something read the request's body before the KEY module. Mount the module before body parsers such as " +
        "express.json(); in a Next.js Pages route export `const config = { api: { bodyParser: false } }`.",
    );
  }
  return bodyStream(incoming, maxBytes);
}

function bodyStream(incoming: NodeIncoming, maxBytes: number): ReadableStream<Uint8Array> {
  // Not destroyed on return: the socket is still needed for the answer.
  const iterator = incoming.iterator({ destroyOnReturn: false });
  let total = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) {
          controller.close();
          return;
        }
        if (!(next.value instanceof Uint8Array)) throw new TypeError("The body was set to be read as text.");
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
