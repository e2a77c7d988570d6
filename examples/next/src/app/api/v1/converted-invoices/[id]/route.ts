import { mount, nextAppRouter } from "@meterr/runtime";
import { atFirstRequest } from "../../../../../keys/at-first-request.ts";
import { billsSession } from "../../../../../keys/credentials.ts";
import { exchangeRates } from "../../../../../keys/exchange-rates/exchange-rates.ts";
import { billsHost } from "../../../../../keys/host.ts";

const handler = atFirstRequest(() => mount(exchangeRates(billsHost(), billsSession, process.env).routes));

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = nextAppRouter(handler, { peer: () => "127.0.0.1" });
