import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import { DatabaseError, parseDatabaseUrl, type DatabaseSettings } from "@meterr/database";
import { z } from "zod";

/** A TCP port written as a decimal number, 1–65535. */
export const port = z
  .string()
  .regex(/^[0-9]{1,5}$/, "must be a port number from 1 to 65535")
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, "must be a port number from 1 to 65535");

/** A user's number with three more after it: above root and the system's own, below the kernel's special values. */
export const userNumber = z
  .string()
  .regex(/^[0-9]{3,10}$/, "must be a user number from 100 to 2147483000")
  .transform(Number)
  .refine((value) => value >= 100 && value <= 2_147_483_000, "must be a user number from 100 to 2147483000");

/** `true`/`false`, `1`/`0`, `yes`/`no`; anything else is a mistake, not false. */
export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["true", "false", "1", "0", "yes", "no"], { error: "must be true or false" }))
  .transform((value) => value === "true" || value === "1" || value === "yes");

/** A comma separated list; blanks around and between entries are dropped. */
export function listOf<Item>(item: z.ZodType<Item, string>) {
  return z
    .string()
    .transform((value) =>
      value
        .split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    )
    .pipe(z.array(item));
}

/** An address or network, e.g. `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`. */
export const network = z.string().refine((value) => {
  const [address = "", prefix, ...rest] = value.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}, "must hold addresses or networks such as 10.0.0.0/8, separated by commas");

/** An exact web origin: scheme, host and port, with nothing behind. */
export const origin = z
  .string()
  .refine((value) => {
    const url = URL.parse(value);
    return (
      url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.origin === value.replace(/\/$/, "")
    );
  }, "must hold exact origins such as https://llm.example.com, without a path, separated by commas")
  .transform((value) => value.replace(/\/$/, ""));

export const absolutePath = z.string().refine((value) => isAbsolute(value), "must be an absolute path");

/** A host name or IP address to listen on. */
export const listenHost = z
  .string()
  .refine(
    (value) =>
      isIP(value) !== 0 ||
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(value),
    "must be a host name or an IP address, without a scheme or port",
  );

/** The address people type; its path, query and credentials must be empty. */
export const publicUrl = z
  .string()
  .refine((value) => {
    const url = URL.parse(value);
    return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.href === `${url.origin}/`;
  }, "must be an address such as https://meterr.example.com, without a path")
  .transform((value) => new URL(value).origin);

/** Address of a PostgreSQL server, e.g. `postgresql://user:password@db.example.com:5432/meterr`. */
export const databaseUrl = z.string().transform((value, check): DatabaseSettings => {
  try {
    return parseDatabaseUrl(value);
  } catch (error) {
    const message = error instanceof DatabaseError ? error.message : "The database address is not valid.";
    check.addIssue({ code: "custom", message: `is refused: ${message.replace(/\.$/, "")}` });
    return z.NEVER;
  }
});

/** 32 bytes in base64url or base64, the form in which the KEK is kept. */
export const kek = z
  .string()
  .trim()
  .refine(
    (value) => /^[A-Za-z0-9+/_-]{43}=?$/.test(value) && Buffer.from(value, "base64").length === 32,
    "must be 32 bytes in base64url",
  )
  .transform((value) => Buffer.from(value, "base64").toString("base64url"));
