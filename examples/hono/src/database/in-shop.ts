import type pg from "pg";

/** One transaction of one shop: committed when `work` resolves, rolled back when it rejects. */
export async function inShop<T>(db: pg.Pool, shopId: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('parcels.shop_id', $1, true)", [shopId]);
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    await client.query("rollback").then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}
