import type { Dispatcher } from "undici";
import { classifyAbort, classifyFailure } from "./classify-failure.ts";

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/** Told when the first byte of the request is about to be written. */
export interface Flight {
  dispatched: boolean;
}

/**
 * Passes everything through to the caller's handler and knows, when it fails, whether the request had started.
 * undici calls `onRequestStart` once a connection stands, immediately before it writes.
 */
export class ObservedHandler implements Handler {
  readonly #handler: Handler;
  readonly #flight: Flight;

  constructor(handler: Handler, flight: Flight) {
    this.#handler = handler;
    this.#flight = flight;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
    if (!controller.aborted) this.#flight.dispatched = true;
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Handler["onRequestUpgrade"]>>): void {
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }

  onResponseStart(...args: Parameters<NonNullable<Handler["onResponseStart"]>>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...args: Parameters<NonNullable<Handler["onResponseEnd"]>>): void {
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(controller: Controller | null, error: Error): void {
    const { dispatched } = this.#flight;
    const failure = controller?.aborted ? classifyAbort(error, dispatched) : classifyFailure(error, dispatched);
    this.#handler.onResponseError?.(controller as Controller, failure);
  }
}
