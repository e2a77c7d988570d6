import type { IncomingMessage, ServerResponse } from "node:http";
import { contentSecurityPolicy, pageHeaders } from "./page-headers.ts";

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export interface PageListenerOptions {
  /** Values of the Host header that are answered. */
  readonly hosts: readonly string[];
  /**
   * Where sign-in works: a visitor who came by another name of this machine is sent there, as a cookie and an Origin
   * belong to one name. Null: every name is served, since a proxy in front decides.
   */
  readonly home: URL | null;
  readonly https: boolean;
  /** A fresh, unguessable nonce. */
  readonly nonce: () => string;
  /** The visitor's address; throws when it is not known. */
  readonly addressOf: (incoming: IncomingMessage) => string;
  readonly asVisitor: (address: string, work: () => Promise<void>) => Promise<void>;
  readonly pages: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
  report(error: unknown): void;
}

/**
 * What stands before the pages: Host, method, headers. A page only ever reads, so whatever is not GET or HEAD ends
 * here, server functions and other bodies included, before a page's framework parses a byte of it.
 */
export function pageListener(options: PageListenerOptions): Listener {
  const hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
  const fixed = pageHeaders(options.https);
  return (incoming, outgoing) => {
    for (const [name, value] of Object.entries(fixed)) outgoing.setHeader(name, value);
    if (!hosts.has(incoming.headers.host?.toLowerCase() ?? "")) {
      refuse(outgoing, 421, "This server does not answer to that name.");
      return;
    }
    if (incoming.method !== "GET" && incoming.method !== "HEAD") {
      outgoing.setHeader("allow", "GET, HEAD");
      refuse(outgoing, 405, "Pages are read only.");
      return;
    }
    if (!isCanonical(incoming.url ?? "")) {
      refuse(outgoing, 400, "The address is malformed.");
      return;
    }
    const elsewhere = homeOf(options.home, incoming);
    if (elsewhere !== null) {
      outgoing.setHeader("location", elsewhere);
      refuse(outgoing, 307, "Use the address in Location.");
      return;
    }
    serve(options, incoming, outgoing).catch((error: unknown) => {
      options.report(error);
      if (!outgoing.headersSent) refuse(outgoing, 500, "The page could not be made.");
      else outgoing.destroy();
    });
  };
}

function homeOf(home: URL | null, incoming: IncomingMessage): string | null {
  const asked = URL.parse(`http://${incoming.headers.host ?? ""}`);
  if (home === null || asked === null || asked.hostname === home.hostname) return null;
  return `${home.origin}${incoming.url ?? "/"}`;
}

async function serve(options: PageListenerOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const address = options.addressOf(incoming);
  dropForgeable(incoming);
  const policy = contentSecurityPolicy(options.nonce(), options.https);
  // The pages' framework takes the nonce for its own scripts from here.
  incoming.headers["content-security-policy"] = policy;
  outgoing.setHeader("content-security-policy", policy);
  await options.asVisitor(address, () => options.pages(incoming, outgoing));
}

/** Headers a client must not speak in: they are the framework's own, or a proxy's about us. */
function dropForgeable(incoming: IncomingMessage): void {
  for (const name of Object.keys(incoming.headers)) {
    if (
      /^(?:x-middleware-|x-invoke-|x-nextjs-|x-now-|x-matched-|x-forwarded-|forwarded$|next-action$|content-security-policy)/.test(
        name,
      )
    ) {
      delete incoming.headers[name];
    }
  }
}

/** The origin form only, and only as the URL parser itself would write it: no dot segments, no backslashes. */
function isCanonical(target: string): boolean {
  if (!target.startsWith("/") || target.startsWith("//") || !URL.canParse(`http://host${target}`)) return false;
  const [path] = target.split("?", 1);
  return new URL(`http://host${target}`).pathname === path;
}

function refuse(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    connection: "close",
  });
  outgoing.end(`${text}\n`);
}
