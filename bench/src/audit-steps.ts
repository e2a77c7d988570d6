/** Helpers that call one another, loop and branch: what a handler of a grown application ends in. */
export const STEPS = `import { prisma } from "@/lib/prisma";

type Item = { id: string; kind: string; state: string; tries: number; children?: Item[]; settings?: Record<string, any> };

export function flatten(items: Item[]): Item[] {
  return items.flatMap((item) => [item, ...flatten(item.children ?? [])]);
}

export function settingsOf(item: Item, defaults: Record<string, any>) {
  const merged: Record<string, any> = { ...defaults };
  for (const [name, value] of Object.entries(item.settings ?? {})) {
    if (value === null) delete merged[name];
    else if (Array.isArray(value)) merged[name] = value.filter(Boolean).map((one) => String(one).trim());
    else if (typeof value === "object") merged[name] = settingsOf({ ...item, settings: value }, merged[name] ?? {});
    else merged[name] = value;
  }
  return merged;
}

export async function withRetry<T>(work: () => Promise<T>, tries = 3): Promise<T> {
  let last: unknown;
  for (let at = 0; at < tries; at += 1) {
    try {
      return await work();
    } catch (error) {
      last = error;
      if (error instanceof TypeError) throw error;
    }
  }
  throw last;
}

export async function claim(item: Item, organizationId: string) {
  const { count } = await prisma.item.updateMany({ where: { id: item.id, organizationId, state: "waiting" }, data: { state: "running" } });
  return count === 1;
}

export async function finish(item: Item, organizationId: string, state: string) {
  await prisma.item.updateMany({ where: { id: item.id, organizationId }, data: { state, tries: item.tries + 1 } });
  await record(item, organizationId, state);
}

export async function record(item: Item, organizationId: string, what: string) {
  await prisma.entry.create({ data: { itemId: item.id, organizationId, what, at: new Date() } });
}

export async function runItem(item: Item, organizationId: string, defaults: Record<string, any>): Promise<string> {
  const settings = settingsOf(item, defaults);
  if (!(await claim(item, organizationId))) return "skipped";
  try {
    switch (item.kind) {
      case "mail":
        await withRetry(() => prisma.mail.create({ data: { to: settings.to, subject: settings.subject ?? "", organizationId } }));
        break;
      case "export":
        for (const table of settings.tables ?? []) await withRetry(() => prisma.export.create({ data: { table, organizationId } }), 5);
        break;
      case "group":
        for (const child of flatten(item.children ?? [])) if (child.state !== "done") await runItem(child, organizationId, settings);
        break;
      default:
        await record(item, organizationId, "unknown kind");
    }
    await finish(item, organizationId, "done");
    return "done";
  } catch (error) {
    await finish(item, organizationId, item.tries > 3 ? "failed" : "waiting");
    return "failed";
  }
}

export async function runAll(items: Item[], organizationId: string, defaults: Record<string, any>) {
  const counted: Record<string, number> = {};
  for (const item of flatten(items)) {
    const outcome = await runItem(item, organizationId, defaults);
    counted[outcome] = (counted[outcome] ?? 0) + 1;
  }
  return counted;
}
`;
