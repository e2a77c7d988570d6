import type { Rule } from "../rule.ts";

export const urlSecret: Rule = {
  id: "secrets/url-secret",
  title: "A secret is part of a URL",
  explanation:
    "Addresses are written down wherever they pass: in the logs of servers and proxies, in the browser's " +
    "history, in monitoring, in `Referer` headers. A secret in the query goes with them, though the " +
    "connection is encrypted.\n\n" +
    "The auditor looks for requests the code makes whose query holds a secret by its own name (`apiKey`, " +
    "`secret`) or by the parameter's.\n\n" +
    "It does not know that a provider takes it in no other way; that is what a suppression with its " +
    "reason is for.",
  cwe: [598],
  severity: "medium",
  precision: "high",
  fix:
    "Send it in a header (`Authorization: Bearer …`) or in the body. Links that must carry a token carry " +
    "one that serves once and ends soon.",
  bad: [
    {
      path: "src/track.ts",
      code: `export async function track(apiKey: string, model: string, tokens: number): Promise<void> {
  await fetch(\`https://meter.example.com/api/track?apiKey=\${apiKey}&model=\${model}&tokens=\${tokens}\`);
}
`,
    },
    {
      path: "app/api/geocode/route.ts",
      code: `import { NextResponse } from "next/server";

export async function GET(request: Request) {
  const place = new URL(request.url).searchParams.get("place") ?? "";
  const answer = await fetch(
    \`https://maps.example.com/geocode?place=\${encodeURIComponent(place)}&apiKey=\${process.env.GEOCODER_API_KEY}\`,
  );
  const { latitude, longitude } = await answer.json();
  return NextResponse.json({ latitude, longitude });
}
`,
    },
  ],
  good: [
    {
      path: "src/track.ts",
      code: `export async function track(apiKey: string, model: string, tokens: number): Promise<void> {
  await fetch("https://meter.example.com/api/track", {
    method: "POST",
    headers: { authorization: \`Bearer \${apiKey}\`, "content-type": "application/json" },
    body: JSON.stringify({ model, tokens }),
  });
}
`,
    },
    {
      path: "app/api/geocode/route.ts",
      code: `import { NextResponse } from "next/server";

export async function GET(request: Request) {
  const place = new URL(request.url).searchParams.get("place") ?? "";
  const answer = await fetch(\`https://maps.example.com/geocode?place=\${encodeURIComponent(place)}\`, {
    headers: { authorization: \`Bearer \${process.env.GEOCODER_API_KEY}\` },
  });
  const { latitude, longitude } = await answer.json();
  return NextResponse.json({ latitude, longitude });
}
`,
    },
  ],
};
