import { isIP } from "node:net";

/**
 * What an address counts as in limits: an IPv4 address for itself, also when mapped into IPv6; of an IPv6
 * address the first 64 bits, since whoever has one has all of those. Anything else counts as one address.
 */
export function addressGroup(address: string): string {
  const version = isIP(address);
  if (version === 4) return address;
  if (version !== 6) return "unknown";
  const groups = expand(address);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 255]).join(".");
  return (
    groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(":") + "::/64"
  );
}

function expand(address: string): number[] {
  const [plain = ""] = address.split("%");
  const dotted = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a: string, b: string, c: string, d: string) => {
    const pair = (high: string, low: string): string => ((Number(high) << 8) | Number(low)).toString(16);
    return `${pair(a, b)}:${pair(c, d)}`;
  });
  const [left = "", right] = dotted.split("::");
  const parse = (side: string): number[] => (side === "" ? [] : side.split(":").map((group) => parseInt(group, 16)));
  const head = parse(left);
  if (right === undefined) return head;
  const tail = parse(right);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
