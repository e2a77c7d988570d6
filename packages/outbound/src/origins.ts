import { OutboundError } from "./outbound-error.ts";

/** Origins remembered as well-formed; past that they are parsed each time. */
const MAX_REMEMBERED = 1000;

/**
 * An origin in its one canonical form (`https://host`, `http://host:port`), as `new URL(x).origin` writes it.
 *
 * @throws OutboundError `request_invalid`
 */
export function assertOrigin(origin: unknown): asserts origin is string {
  if (
    typeof origin !== "string" ||
    !/^https?:\/\//.test(origin) ||
    !URL.canParse(origin) ||
    new URL(origin).origin !== origin
  ) {
    throw new OutboundError("request_invalid", false, "ORIGIN_NOT_CANONICAL");
  }
}

/**
 * Decides quickly, before a connection is even looked for, whether an origin may be called at all: https, or
 * exempt. Addresses are checked when connecting.
 */
export function originGate(isExempt: (origin: string) => boolean): (origin: unknown) => void {
  const passed = new Set<unknown>();
  return (origin) => {
    if (passed.has(origin)) return;
    assertOrigin(origin);
    if (!origin.startsWith("https://") && !isExempt(origin)) {
      throw new OutboundError("destination_refused", false, "NOT_HTTPS");
    }
    if (passed.size < MAX_REMEMBERED) passed.add(origin);
  };
}
