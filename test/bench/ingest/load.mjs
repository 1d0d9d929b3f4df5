import { connect } from "node:net";

// Posts records, one a request, over connections that stay open, each as soon as its last record is acknowledged. Written
// on bare sockets, so that the machine's time goes to the server that is measured.

const [port, clients, total] = process.argv.slice(2).map(Number);
const run = `${process.pid}-${Date.now()}`;
let sent = 0;

function record() {
  const body = JSON.stringify({
    id: `${run}-${sent++}`,
    at: new Date().toISOString(),
    account: "glm-main",
    provider: "zai",
    model: `glm-4.${sent % 8}`,
    user: `user-${sent % 20}@example.org`,
    agent: "agent-7",
    operation: "translate",
    tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
    durationMs: 500 + (sent % 3000),
    outcome: "ok",
  });
  return `POST /api/v1/usage HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer key-of-the-load\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function client() {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", next);
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (answer) => {
      const text = answer.toString("latin1");
      if (!text.startsWith("HTTP/1.1 200 ") || !text.includes('"accepted":1,')) {
        reject(new Error(`Not acknowledged: ${text}`));
      }
      next();
    });
    function next() {
      if (sent < total) socket.write(record());
      else socket.end(resolve);
    }
  });
}

await Promise.all(Array.from({ length: clients }, client));
