import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A certificate and its private key, which its owner alone may read. */
export interface SelfSigned {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate for these names with OpenSSL's command. Throws when there is none. */
export async function selfSigned(folder: string, names: readonly string[]): Promise<SelfSigned> {
  const made = { certFile: join(folder, "certificate"), keyFile: join(folder, "private") };
  const subject = ["-subj", `/CN=${names[0] ?? "localhost"}`, "-addext"];
  const alternatives = names.map((name) => (/^[0-9.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(",");
  const request = ["req", "-x509", "-days", "90", "-out", made.certFile];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", made.keyFile];
  await promisify(execFile)("openssl", [...request, ...key, ...subject, `subjectAltName=${alternatives}`]);
  await chmod(made.keyFile, 0o600);
  return made;
}
