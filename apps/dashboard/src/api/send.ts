import { readAnswer, UNREACHABLE, type Answer } from "./problem.ts";

/** What a visitor's browser sends to this origin; the session travels in its cookie. Never rejects. */
export async function send<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: { body?: unknown; organisationId?: string | null; signal?: AbortSignal } = {},
): Promise<Answer<T>> {
  const headers = new Headers({ accept: "application/json" });
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.organisationId) headers.set("x-tenant-id", options.organisationId);
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return await readAnswer<T>(response);
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
}
