import { readFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { isLoopback } from "../../settings/loopback.ts";
import { ok, problem, warning, type Finding } from "../finding.ts";
import type { Patient } from "../patient.ts";
import type { AskInstance } from "./running-instance.ts";

/** Days before a certificate ends at which renewing it should have happened. */
const renewal = 14;

/** HTTPS enforced: the public address, what ends TLS, the certificate, and that plain HTTP is not served beside it. */
export async function checkTransport({ settings }: Patient, ask: AskInstance, now: Date): Promise<Finding[]> {
  const url = new URL(settings.publicUrl);
  const findings: Finding[] = [];
  findings.push(
    url.protocol === "https:" && !isLoopback(url.hostname)
      ? ok("public url", settings.publicUrl)
      : problem(
          "public url",
          `${settings.publicUrl} is not an https address others can reach`,
          "Set METERR_PUBLIC_URL to the https:// address people type.",
        ),
  );
  if (settings.tls === null && !settings.behindTlsProxy) {
    const mend =
      "Set METERR_TLS_CERT and METERR_TLS_KEY, or METERR_BEHIND_TLS_PROXY=true behind a proxy that ends TLS.";
    return [...findings, problem("https", "nothing ends TLS", mend)];
  }
  if (settings.tls !== null) findings.push(...(await ownTls(settings.tls.certFile, url.hostname, ask, now)));
  else if (settings.trustedProxies.length === 0)
    findings.push(
      problem(
        "https",
        "a proxy ends TLS, and none is trusted: every visitor counts as the proxy, for limits and for the audit log",
        "Set METERR_TRUSTED_PROXIES to the proxy's address.",
      ),
    );
  else if (!isLoopback(settings.host))
    findings.push(
      warning(
        "https",
        `plain HTTP is served on ${settings.host}, for the proxy`,
        "Let nothing but the proxy reach these ports, or set METERR_HOST=127.0.0.1 when it runs on this machine.",
      ),
    );
  else findings.push(ok("https", "a trusted proxy ends TLS; plain HTTP is served to this machine alone"));

  const page = await ask("dashboard", { path: "/sign-in" });
  const hsts = /(?:^|;)\s*max-age=(\d+)/.exec(page?.headers["strict-transport-security"] ?? "")?.[1];
  findings.push(
    Number(hsts ?? 0) >= 15_552_000
      ? ok("hsts", "browsers are told to use https alone")
      : problem(
          "hsts",
          "no Strict-Transport-Security on the sign-in page",
          "Set METERR_PUBLIC_URL to an https:// address and restart.",
        ),
  );
  return findings;
}

async function ownTls(certFile: string, hostname: string, ask: AskInstance, now: Date): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const certificate = new X509Certificate(readFileSync(certFile));
    const days = Math.floor((certificate.validToDate.getTime() - now.getTime()) / 86_400_000);
    if (certificate.checkHost(hostname) === undefined)
      findings.push(
        problem("certificate", `it does not name ${hostname}`, "Get one for the name in METERR_PUBLIC_URL."),
      );
    else if (days < 0) findings.push(problem("certificate", "it has ended", "Renew it and restart Meterr."));
    else if (days < renewal)
      findings.push(warning("certificate", `it ends in ${days} days`, "Renew it and restart Meterr."));
    else findings.push(ok("certificate", `names ${hostname}, ends in ${days} days`));
  } catch {
    findings.push(problem("certificate", `${certFile} cannot be read as a certificate`, "Correct METERR_TLS_CERT."));
  }
  const plain = await Promise.all(
    (["dashboard", "gateway"] as const).map((process) => ask(process, { path: "/healthz", tls: false })),
  );
  findings.push(
    plain.some((answer) => answer !== null && answer.status < 300)
      ? problem("https", "plain HTTP is answered beside TLS", "Restart Meterr with the settings checked here.")
      : ok("https", "Meterr ends TLS itself; plain HTTP gets no answer"),
  );
  return findings;
}
