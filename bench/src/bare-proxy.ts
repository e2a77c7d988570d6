import { createServer, type IncomingHttpHeaders } from "node:http";
import { Agent, type Dispatcher } from "undici";

/**
 * The baseline: a reverse proxy that does nothing but pass bytes on, with the same HTTP server and client as the
 * gateway. `node bare-proxy.ts UPSTREAM_ORIGIN` prints its port.
 */
const [origin] = process.argv.slice(2);
if (origin === undefined) throw new Error("usage: bare-proxy.ts UPSTREAM_ORIGIN");
const agent = new Agent({ connections: 1024, pipelining: 1 });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, status: number, headers: IncomingHttpHeaders) {
        response.writeHead(status, { "content-type": String(headers["content-type"]) });
      },
      onResponseData(controller, chunk) {
        if (!response.write(chunk)) {
          controller.pause();
          response.once("drain", () => controller.resume());
        }
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.destroy();
      },
    };
    agent.dispatch(
      {
        origin,
        path: request.url ?? "/",
        method: "POST",
        headers: { "content-type": "application/json", authorization: request.headers.authorization ?? "" },
        body: Buffer.concat(chunks),
      },
      handler,
    );
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
