import type { Rule } from "../rule.ts";

export const htmlInjection: Rule = {
  id: "xss/unescaped-html",
  title: "HTML is built from what others wrote",
  explanation:
    "A text that a user wrote is put into a page as HTML: `dangerouslySetInnerHTML`, `innerHTML`, " +
    "`raw()`, a template of markup that is sent. A script in it runs in the browser of whoever looks at " +
    "it, with their session and their rights, in a multi-tenant product often an administrator's.\n\n" +
    "The auditor follows values of the request, columns of rows and parameters into such places, and " +
    "takes what went through an escaping or sanitising function for harmless. Text that a framework " +
    "escapes by itself is no finding.\n\n" +
    "It does not judge how good a sanitiser is, nor a policy (CSP) that keeps scripts from running.",
  cwe: [79],
  severity: "high",
  precision: "high",
  fix:
    "Let the framework escape (write the text as a child), or sanitise with a maintained library at the " +
    "place where it becomes HTML. For JSON in a script element, replace `<`.",
  bad: [
    {
      path: "src/components/comment.tsx",
      code: `export function Comment({ comment }: { comment: { author: string; body: string } }) {
  return (
    <article>
      <h3>{comment.author}</h3>
      <div dangerouslySetInnerHTML={{ __html: comment.body }} />
    </article>
  );
}
`,
    },
    {
      path: "src/pages.ts",
      code: `import { Router } from "express";

export const pages = Router();

pages.get("/search", (req, res) => {
  res.send(\`<h1>Results for \${req.query.term}</h1>\`);
});
`,
    },
  ],
  good: [
    {
      path: "src/components/comment.tsx",
      code: `import DOMPurify from "isomorphic-dompurify";

export function Comment({ comment }: { comment: { author: string; body: string } }) {
  return (
    <article>
      <h3>{comment.author}</h3>
      <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(comment.body) }} />
    </article>
  );
}
`,
    },
    {
      path: "src/pages.ts",
      code: `import { Router } from "express";
import escapeHtml from "escape-html";

export const pages = Router();

pages.get("/search", (req, res) => {
  res.send(\`<h1>Results for \${escapeHtml(String(req.query.term))}</h1>\`);
});
`,
    },
  ],
};
