/** Something that must be found nowhere, and the ways it could be written down. */
export interface Canary {
  readonly name: string;
  readonly needles: readonly { readonly how: string; readonly bytes: Buffer }[];
}

/**
 * `cores` are parts of the value that no display shows, each of letters and digits alone: URL-, JSON- and
 * HTML-escaping leave such a part as it is, so that looking for it finds the escaped value too. Base64 of a longer text
 * holds one of three forms of a part, by where the part begins in it.
 */
export function canary(name: string, ...cores: readonly string[]): Canary {
  const needles = cores.flatMap((core) => {
    if (!/^[A-Za-z0-9]{16,}$/.test(core)) throw new TypeError(`${name}: a part that escaping may change`);
    const forms: [string, Buffer][] = [
      ["as it is", Buffer.from(core)],
      ["in UTF-16", Buffer.from(core, "utf16le")],
      ["in hex", Buffer.from(Buffer.from(core).toString("hex"))],
      ["in upper-case hex", Buffer.from(Buffer.from(core).toString("hex").toUpperCase())],
      ["backwards", Buffer.from(core.split("").toReversed().join(""))],
    ];
    for (const before of [0, 1, 2]) forms.push([`in base64 (${before})`, insideBase64(core, before)]);
    return forms.map(([how, bytes]) => ({ how, bytes }));
  });
  return { name, needles };
}

/** The base64 characters that depend on the part alone, when so many bytes stand before it. The same in base64url. */
function insideBase64(core: string, before: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(before), Buffer.from(core)]).toString("base64");
  const whole = Math.floor((before + core.length) / 3) * 4;
  return Buffer.from(text.slice(before === 0 ? 0 : 4, whole));
}

/** How each canary stands in it, by name; empty when none does. */
export function findCanaries(place: string, content: Buffer | string, canaries: readonly Canary[]): string[] {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return canaries.flatMap(({ name, needles }) =>
    needles.filter((needle) => bytes.includes(needle.bytes)).map(({ how }) => `${name} ${how} in ${place}`),
  );
}
