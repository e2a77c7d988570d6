/** What a page may say when it asks. */
export interface AskOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  /** The visitor's own Cookie header, as it came. */
  readonly cookie: string;
  /** Selects one of the visitor's organisations; it can never add one. */
  readonly tenantId?: string;
}

/** All that pages are given: no connection, no secret, no module. */
export interface Bridge {
  /** Asks a route of `/api/v1` inside this process. */
  fetch(path: string, options: AskOptions): Promise<Response>;
  /** Where applications reach the gateway. */
  readonly gatewayUrl: string;
  readonly publicUrl: string;
  readonly sandboxAvailable: boolean;
}

/** Where the bundled pages, which share the process but no module with it, find the bridge. */
export const BRIDGE = Symbol.for("meterr.dashboard.bridge");
