import { cookies } from "next/headers";
import { COOKIE, findMember } from "../server/find-member.ts";
import { db } from "../server/pool.ts";

export const dynamic = "force-dynamic";

export default async function Home() {
  const token = (await cookies()).get(COOKIE)?.value;
  const member = token ? await findMember(token) : null;
  if (!member) return <p>Please sign in.</p>;
  const { rows } = await db().query<{ id: string; customer: string; cents: number }>(
    "select id, customer, cents from invoices where company_id = $1 order by created_at desc limit 50",
    [member.companyId],
  );
  return (
    <main>
      <h1>Invoices</h1>
      <ul>
        {rows.map(({ id, customer, cents }) => (
          <li key={id}>
            {customer}: {(cents / 100).toFixed(2)} €
          </li>
        ))}
      </ul>
    </main>
  );
}
