import type { Rule } from "../rule.ts";

export const serverSideRequest: Rule = {
  id: "input/server-side-request",
  title: "The server calls whatever host the client names",
  explanation:
    "An address of the request is fetched by the server (SSRF). From there it reaches what the client cannot: the " +
    "cloud's metadata and its credentials, databases and admin pages of the internal network. That the text is a " +
    "well-formed URL says nothing of where it leads.\n\n" +
    "The auditor looks for requests whose host comes from the client, where no test and no function before it asks " +
    "about the host or the address.\n\n" +
    "It does not see a network that refuses such connections, nor addresses that were stored earlier.",
  cwe: [918],
  severity: "high",
  precision: "medium",
  fix:
    "Allow a list of hosts; or resolve the name, refuse private, loopback and link-local addresses, connect to the " +
    "address that was checked, and follow no redirects.",
  bad: [
    {
      path: "app/api/preview/route.ts",
      code: `import { z } from "zod";
import { auth } from "@/auth";

const schema = z.object({ url: z.string().url() });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const parsed = schema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: "invalid" }, { status: 400 });
  const page = await fetch(parsed.data.url);
  return Response.json({ title: /<title>([^<]*)/.exec(await page.text())?.[1] });
}
`,
    },
  ],
  good: [
    {
      path: "app/api/preview/route.ts",
      code: `import { z } from "zod";
import { auth } from "@/auth";
import { assertPublicHost } from "@/lib/net";

const schema = z.object({ url: z.string().url() });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "unauthorized" }, { status: 401 });
  const parsed = schema.safeParse(await request.json());
  if (!parsed.success) return Response.json({ error: "invalid" }, { status: 400 });
  const target = new URL(parsed.data.url);
  await assertPublicHost(target.hostname);
  const page = await fetch(target, { redirect: "error" });
  return Response.json({ title: /<title>([^<]*)/.exec(await page.text())?.[1] });
}
`,
    },
  ],
};
