/** Providers echo the first and last characters of a credential; this many in a row are taken as an echo. */
const ECHO_LENGTH = 8;

/**
 * Whether a text quotes a part of the secret: as it is, escaped as in JSON, a URL or HTML, in hex, or in base64
 * (RFC 4648, either alphabet). A common prefix such as "sk-proj-" says nothing; the distinguishing part is looked for
 * piece by piece.
 */
export function quotesSecret(text: string, secret: string): boolean {
  const start = Math.min(secret.length, secret.lastIndexOf("-", ECHO_LENGTH) + 1);
  const distinguishing = secret.slice(start);
  if (distinguishing === "") return false;
  // As it stands too: what looks like an escape may be chance.
  const readings = [text, unescaped(text)];
  const holds = (needles: readonly string[], fold: (reading: string) => string): boolean =>
    readings.map(fold).some((reading) => needles.some((needle) => reading.includes(needle)));
  const hex = Buffer.from(distinguishing).toString("hex");
  return (
    holds(pieces(distinguishing, ECHO_LENGTH), (reading) => reading) ||
    holds(pieces(hex, ECHO_LENGTH * 2), (reading) => reading.toLowerCase()) ||
    base64Forms(distinguishing).some((form) =>
      holds(pieces(form, ECHO_LENGTH + 4), (reading) => reading.replaceAll("-", "+").replaceAll("_", "/")),
    )
  );
}

/** Every run of `length` characters; the whole when it is shorter. */
function pieces(text: string, length: number): string[] {
  if (text.length <= length) return [text];
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length));
}

/** How the bytes may stand in base64, by where they begin within a group of three; what depends on neighbours is cut. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((skip) => {
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
    return whole.toString("base64");
  });
}

const ESCAPE = /\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*(\d{2,3});|\\([/"\\])/gi;

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_whole, json, x, url, html, decimal, plain) => {
    if (typeof plain === "string") return plain;
    if (typeof decimal === "string") return String.fromCharCode(Number.parseInt(decimal, 10));
    return String.fromCharCode(Number.parseInt(String(json ?? x ?? url ?? html), 16));
  });
}
