import type { IncomingHttpHeaders } from "node:http";
import { ok, problem, type Finding } from "../finding.ts";
import type { AskInstance } from "./running-instance.ts";

const mend = "Restart Meterr; when this stays, a proxy or a changed source removes what Meterr sends.";

/** Security headers, CORS, rate limits and the Host allow-list, as the running instance answers a stranger. */
export async function checkHeaders(ask: AskInstance): Promise<Finding[]> {
  const stranger = "https://stranger.example";
  const api = "/api/v1/usage/events";
  const [page, limited, foreign, preflight, gateway, misnamed] = await Promise.all([
    ask("dashboard", { path: "/sign-in" }),
    ask("dashboard", { path: api }),
    ask("dashboard", { path: api, headers: { origin: stranger } }),
    ask("dashboard", {
      path: api,
      method: "OPTIONS",
      headers: {
        origin: stranger,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    }),
    ask("gateway", { path: "/openai/v1/models", headers: { origin: stranger } }),
    ask("dashboard", { path: "/sign-in", headers: { host: "stranger.example" } }),
  ]);
  if (page === null || limited === null || gateway === null)
    return [problem("http", "the running instance did not answer", "Start it with: npx meterr up, then ask again.")];
  return [
    pageHeaders(page.headers),
    limited.status === 401 && limited.headers["ratelimit-policy"] !== undefined
      ? ok("rate limits", String(limited.headers["ratelimit-policy"]))
      : problem("rate limits", `a request without a credential met no limit (status ${limited.status})`, mend),
    [foreign, preflight, gateway].every((answer) => answer === null || !allows(answer.headers, stranger))
      ? ok("cors", "no other origin is let in")
      : problem("cors", "another origin is allowed to read answers", mend),
    misnamed === null || misnamed.status >= 400
      ? ok("host names", "a request under another name is refused")
      : problem("host names", "a request under another name is answered", mend),
  ];
}

function pageHeaders(headers: IncomingHttpHeaders): Finding {
  const policy = new Map(
    String(headers["content-security-policy"] ?? "")
      .split(";")
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name = "", ...values]) => [name, values]),
  );
  const scripts = policy.get("script-src") ?? policy.get("default-src");
  // CSP3 §6.7.3: beside a nonce 'unsafe-inline' says nothing.
  const nonce = scripts?.some((source) => source.startsWith("'nonce-")) ?? false;
  const loose = new Set(["'unsafe-eval'", "*", "data:", ...(nonce ? [] : ["'unsafe-inline'"])]);
  const missing: string[] = [];
  if (scripts === undefined || scripts.some((source) => loose.has(source)))
    missing.push("a Content-Security-Policy that lets no foreign script run");
  if (policy.get("frame-ancestors")?.join(" ") !== "'none'") missing.push("frame-ancestors 'none'");
  if (headers["x-content-type-options"] !== "nosniff") missing.push("X-Content-Type-Options: nosniff");
  if (headers["referrer-policy"] === undefined) missing.push("Referrer-Policy");
  if (headers["x-powered-by"] !== undefined) missing.push("silence about what it is powered by");
  if (missing.length > 0) return problem("headers", `the sign-in page lacks ${missing.join(", ")}`, mend);
  return ok("headers", "content security policy, frame denial, nosniff, referrer policy");
}

function allows(headers: IncomingHttpHeaders, origin: string): boolean {
  const allowed = headers["access-control-allow-origin"];
  return allowed === "*" || allowed === origin || allowed === "null";
}
