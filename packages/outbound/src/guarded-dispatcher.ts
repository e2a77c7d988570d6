import type { EventEmitter } from "node:events";
import { Dispatcher } from "undici";
import { classifyFailure } from "./classify-failure.ts";
import { ObservedHandler } from "./observed-handler.ts";
import type { Flight } from "./observed-handler.ts";
import { OutboundError } from "./outbound-error.ts";

/** Where `request` puts its Flight, so as to see it too. */
export const FLIGHT = Symbol("flight");

export type GuardedDispatchOptions = Dispatcher.DispatchOptions & { readonly [FLIGHT]?: Flight };

/** undici's own; `drain` follows a `dispatch` that returned false. */
const EVENTS = ["connect", "disconnect", "connectionError", "drain"] as const;

/**
 * The dispatcher handed out for pass-through at the lowest cost: undici's interface, our gate in front and our
 * errors behind. Handlers get an OutboundError in `onResponseError`. Tunnels and upgrades are refused. Closing is
 * the Outbound's business.
 */
export class GuardedDispatcher extends Dispatcher {
  readonly #agent: Dispatcher;
  readonly #gate: (origin: unknown) => void;

  constructor(agent: Dispatcher, gate: (origin: unknown) => void) {
    super();
    this.#agent = agent;
    this.#gate = gate;
    const events: EventEmitter = agent;
    for (const event of EVENTS)
      events.on(event, (...details: unknown[]) => (this as EventEmitter).emit(event, ...details));
  }

  override dispatch(options: GuardedDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const flight = options[FLIGHT] ?? { dispatched: false };
    const observed = new ObservedHandler(handler, flight);
    try {
      this.#gate(options.origin);
      assertPlain(options);
    } catch (error) {
      observed.onResponseError(null, classifyFailure(error, false));
      return false;
    }
    return this.#agent.dispatch(options, observed);
  }
}

/** @throws OutboundError `request_invalid` for what would change where or how the request goes. */
function assertPlain(options: Dispatcher.DispatchOptions): void {
  const { path, method, upgrade, headers } = options;
  if (typeof path !== "string" || !path.startsWith("/") || method === "CONNECT" || upgrade) {
    throw new OutboundError("request_invalid", false, "NOT_A_PLAIN_REQUEST");
  }
  if (headers && hasHost(headers)) throw new OutboundError("request_invalid", false, "HOST_HEADER");
}

function hasHost(headers: NonNullable<Dispatcher.DispatchOptions["headers"]>): boolean {
  if (Array.isArray(headers)) {
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at];
      if (typeof name === "string" && name.length === 4 && name.toLowerCase() === "host") return true;
    }
    return false;
  }
  if (Symbol.iterator in headers) {
    for (const [name] of headers) if (name.toLowerCase() === "host") return true;
    return false;
  }
  for (const name in headers) if (name.length === 4 && name.toLowerCase() === "host") return true;
  return false;
}
