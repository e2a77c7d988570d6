/** A refusal as a person is told of it. */
export interface ProblemInfo {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly requestId: string | null;
  /** Paths of refused fields, `body.name`. */
  readonly fields: readonly string[];
  readonly retryAfterSeconds: number | null;
}

export type Answer<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problem: ProblemInfo };

/** Reads an answer of ours: a problem document (RFC 9457) when it is a refusal. Never rejects. */
export async function readAnswer<T>(response: Response): Promise<Answer<T>> {
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return { ok: true, data: body as T };
  const found = typeof body === "object" && body !== null ? body : {};
  const text = (name: string): string | null => {
    const value: unknown = Reflect.get(found, name);
    return typeof value === "string" ? value : null;
  };
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    ok: false,
    problem: {
      status: response.status,
      code: text("code") ?? "unknown",
      title: text("title") ?? "The request failed",
      detail: text("detail"),
      requestId: text("request_id") ?? response.headers.get("x-request-id"),
      fields: fieldsOf(found),
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    },
  };
}

/** For when nothing came back at all. */
export const UNREACHABLE: ProblemInfo = {
  status: 0,
  code: "unreachable",
  title: "Meterr does not answer",
  detail: "The connection failed. Whether the last change was made is not known; look before repeating it.",
  requestId: null,
  fields: [],
  retryAfterSeconds: null,
};

function fieldsOf(body: object): string[] {
  const errors: unknown = Reflect.get(body, "errors");
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const path: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "path") : null;
    return typeof path === "string" ? [path] : [];
  });
}
