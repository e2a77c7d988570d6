import { problemResponse } from "../answer/problem-response.ts";
import { quietly } from "../events/quietly.ts";
import { Problem } from "../problem.ts";
import type { NodeIncoming, NodeOutgoing } from "./node-message.ts";
import { nodeRequest } from "./node-request.ts";
import { writeNodeResponse } from "./node-response.ts";

export interface NodeHandlerOptions {
  /** The most any route behind it may take; each route bounds its own further. */
  readonly maxBodyBytes: number;
  /**
   * The values of the Host header that are answered, with the port where it is not the scheme's own.
   * `"any"`: the framework, or what stands before it, has judged the host already.
   */
  readonly hosts: readonly string[] | "any";
  /** What the public address begins with. Default `http`. */
  readonly scheme?: "http" | "https";
  /** Requests under way at once; past it 503 `overloaded`. Default 512. */
  readonly maxConcurrent?: number;
  /** Told when a handler rejects, an answer cannot be written, or the body was taken by something before the gates. */
  report(error: unknown): void;
}

/** Answers one message; `target` is the address as it was sent, where a framework has changed `url`. Never rejects. */
export type NodeServe = (incoming: NodeIncoming, outgoing: NodeOutgoing, target?: string) => Promise<void>;

/**
 * What every adapter over node:http does. The signal aborts when the client hangs up, the body is read no faster than
 * the handler reads it, and the answer is written no faster than the client takes it.
 */
export function nodeServe(handler: (request: Request) => Promise<Response>, options: NodeHandlerOptions): NodeServe {
  const hosts = options.hosts === "any" ? "any" : new Set(options.hosts.map((host) => host.toLowerCase()));
  const { maxBodyBytes, scheme = "http", maxConcurrent = 512 } = options;
  let running = 0;

  async function answer(incoming: NodeIncoming, target: string | undefined, signal: AbortSignal): Promise<Response> {
    try {
      if (running > maxConcurrent) throw new Problem("overloaded", { headers: { "retry-after": "1" } });
      return await handler(nodeRequest(incoming, { hosts, scheme, maxBodyBytes, signal, target }));
    } catch (error) {
      return refusal(error, options);
    }
  }

  return async (incoming, outgoing, target) => {
    const gone = new AbortController();
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    running += 1;
    try {
      const response = await answer(incoming, target, gone.signal);
      await writeNodeResponse(incoming, outgoing, response);
    } catch (error) {
      // The head is sent: cutting the connection is the only way left to say that the answer is not whole.
      outgoing.destroy();
      if (!gone.signal.aborted) tell(options, error);
    } finally {
      running -= 1;
    }
  };
}

/** The answer to what an adapter or its handler threw; what is not the client's fault is reported. */
export function refusal(error: unknown, options: Pick<NodeHandlerOptions, "report">): Response {
  if (!(error instanceof Problem)) tell(options, error);
  return problemResponse(error instanceof Problem ? error : new Problem("internal_error"), crypto.randomUUID());
}

function tell(options: Pick<NodeHandlerOptions, "report">, error: unknown): void {
  quietly(() => options.report(error));
}
