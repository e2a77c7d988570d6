import { z } from "zod";
import { CliError } from "../errors.ts";
import { printable } from "../terminal/printable.ts";
import { withoutControls } from "./without-controls.ts";

/** Milliseconds for a whole answer: longer than any management route may take. */
const patience = 30_000;

const problemDocument = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  request_id: z.string().optional(),
  errors: z.array(z.object({ path: z.unknown(), message: z.unknown().optional() })).optional(),
});

export interface ApiClientOptions {
  /** Origin of the dashboard, e.g. http://127.0.0.1:3000. */
  baseUrl: string;
  /** API token; undefined for the one route that needs none. */
  token: string | undefined;
  fetch: typeof globalThis.fetch;
}

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the root, e.g. /api/v1/usage/events. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
}

/** Speaks to /api/v1. Every failure becomes a CliError that says what to do. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /**
   * @returns the answer's JSON, or undefined for 204.
   * @throws CliError `server_unreachable`, `server_refused`
   */
  async send(request: ApiRequest): Promise<unknown> {
    const response = await this.#reach(request);
    const text = await response.text().catch((error: unknown) => {
      throw this.#unreachable(error);
    });
    if (!response.ok) throw this.#refused(response, text);
    if (response.status === 204) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw new CliError("server_refused", `${this.#options.baseUrl} answered with something that is not JSON.`, {
        next: "Check METERR_URL: it should be the address of a Meterr dashboard.",
        status: response.status,
      });
    }
  }

  async #reach(request: ApiRequest): Promise<Response> {
    const url = new URL(request.path, this.#options.baseUrl);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { accept: "application/json", "user-agent": "meterr-cli" };
    if (this.#options.token !== undefined) headers["authorization"] = `Bearer ${this.#options.token}`;
    if (request.body !== undefined) headers["content-type"] = "application/json";
    try {
      return await this.#options.fetch(url, {
        method: request.method,
        headers,
        // A redirect would carry the credential somewhere nobody chose.
        redirect: "error",
        signal: AbortSignal.timeout(patience),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): CliError {
    const { baseUrl } = this.#options;
    if (error instanceof Error && error.name === "TimeoutError") {
      return new CliError("server_unreachable", `${baseUrl} did not answer within ${patience / 1_000} s.`, {
        next: "Run: npx meterr doctor",
        cause: error,
      });
    }
    return new CliError("server_unreachable", `Meterr cannot be reached at ${baseUrl}.`, {
      next: "Start it with: npx meterr up. If it runs elsewhere, set METERR_URL to its address.",
      cause: error,
    });
  }

  #refused(response: Response, text: string): CliError {
    const problem = parseProblem(text);
    const fields = (problem.errors ?? []).map(({ path }) => (Array.isArray(path) ? path.join(".") : String(path)));
    const what = withoutControls(problem.detail ?? problem.title ?? `The server answered ${response.status}.`);
    const named = fields.length === 0 ? what : `${what} (${fields.map(printable).join(", ")})`;
    return new CliError("server_refused", named, {
      status: response.status,
      serverCode: problem.code,
      requestId: problem.request_id ?? response.headers.get("x-request-id") ?? undefined,
      next: nextStep(response, problem.code),
    });
  }
}

function parseProblem(text: string): z.output<typeof problemDocument> {
  try {
    return problemDocument.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function nextStep(response: Response, code: string | undefined): string | undefined {
  if (code === "setup_completed") {
    return "Mint an API token in the dashboard, under Settings, and set METERR_API_TOKEN to it.";
  }
  if (code === "allowance_missing") {
    return "They set it with: npx meterr budgets set --member <your e-mail address> --limit-usd 50";
  }
  if (code === "last_owner") return "Make another owner: npx meterr members set-role <who> --role owner";
  // Every answer of the API carries a code.
  if (response.status === 404 && code === undefined) {
    return "This is not a Meterr dashboard: set METERR_URL to the dashboard's address, not the gateway's.";
  }
  const after = response.headers.get("retry-after");
  switch (response.status) {
    case 400:
    case 422:
      return "Correct what is named and try again; --help shows the options.";
    case 401:
      return "The operator credential is missing, expired or revoked: make a new API token and set METERR_API_TOKEN.";
    case 403:
      return "Your role does not allow this: ask an owner or admin of the organisation.";
    case 404:
      return "Check the id with the list command; what belongs to others is reported as not found.";
    case 409:
      return "It was done already, or changed meanwhile: look at the list first.";
    case 429:
    case 503:
      return after === null ? "Try again shortly." : `Try again in ${printable(after)} s.`;
    default:
      return response.status >= 500 ? "Look into METERR_HOME/logs with the request id." : undefined;
  }
}
