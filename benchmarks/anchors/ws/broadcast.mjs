// `ws` on Node, as its documentation broadcasts: the same text to each client.
//
// broadcast.mjs PORT CONNECTIONS BYTES ROUNDS INTERVAL_MS
// Prints "ready" when all are connected, starts at a line on stdin, prints "done".
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";

const [port, connections, bytes, rounds, intervalMs] = process.argv.slice(2).map(Number);
const lines = createInterface({ input: process.stdin });
const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate: false });
await once(server, "listening");
console.log("listening");
while (server.clients.size < connections) await once(server, "connection");
console.log("ready");
await once(lines, "line");
const text = Buffer.from("x".repeat(bytes));
for (let round = 0; round < rounds; round++) {
  for (const client of server.clients) client.send(text, { binary: false });
  await sleep(intervalMs);
}
console.log("done");
await once(lines, "line");
process.exit(0);
