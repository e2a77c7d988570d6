import { mount, nextPagesHandler } from "@meterr/runtime";
import type { NextApiRequest, NextApiResponse } from "next";
import { paymentsInbox } from "../../../../keys/payments-inbox.ts";
import { setting } from "../../../../server/pool.ts";

export const config = { api: { bodyParser: false, externalResolver: true } };

let serve: ReturnType<typeof nextPagesHandler> | undefined;

export default async function handler(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  serve ??= nextPagesHandler(mount(paymentsInbox().routes), {
    maxBodyBytes: 1_048_576,
    hosts: [new URL(setting("ORIGIN")).host],
    report: () => process.stderr.write("bills: a KEY could not answer\n"),
  });
  await serve(request, response);
}
