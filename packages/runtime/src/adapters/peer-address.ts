const peers = new WeakMap<Request, string>();

/** Remembers the connection's address for a request this process received itself. */
export function setPeerAddress(request: Request, address: string): void {
  peers.set(request, address);
}

/** The address at the other end of the connection, for requests that came through `nodeListener`; else null. */
export function peerAddress(request: Request): string | null {
  return peers.get(request) ?? null;
}
