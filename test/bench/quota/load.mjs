import { connect } from "node:net";

// Asks so many times over connections that stay open, each as soon as its last answer is whole, and tells requests a second
// and the 99th percentile of the time that an answer takes, in milliseconds. Written on bare sockets, so that the machine's
// time goes to the server that is measured.

const [port, clients, total] = process.argv.slice(2).map(Number);
const request =
  "GET /api/v1/quota HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer key-of-the-load\r\n\r\n";
const times = [];
let sent = 0;

function client() {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let missing = 0;
    const socket = connect(port, "127.0.0.1", next);
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (data) => {
      missing = missing > 0 ? missing - data.length : missingAfter(data);
      if (missing > 0) return;
      times.push(performance.now() - begun);
      next();
    });
    function next() {
      if (sent >= total) return socket.end(resolve);
      sent += 1;
      begun = performance.now();
      socket.write(request);
    }
    /** Heads come whole, with the length of the answer in them. */
    function missingAfter(data) {
      const end = data.indexOf("\r\n\r\n");
      const head = data.toString("latin1", 0, end);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith("HTTP/1.1 200 ") || length === undefined)
        reject(new Error(`Not answered: ${head}`));
      return Number(length) - (data.length - end - 4);
    }
  });
}

const begun = performance.now();
await Promise.all(Array.from({ length: clients }, client));
const seconds = (performance.now() - begun) / 1000;
times.sort((a, b) => a - b);
console.log(JSON.stringify({ perSecond: total / seconds, p99: times[Math.floor(times.length * 0.99)] }));
