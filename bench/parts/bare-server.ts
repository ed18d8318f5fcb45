/** The floor of `bench/idle.ts`: an HTTP server that pings the pages of its stream every second and answers their calls. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const pages = new Set<ServerResponse>();
const server = createServer((request, response) => {
  if (request.method === 'POST') {
    request.resume().on('end', () => response.end('{}'));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  pages.add(response);
});
setInterval(() => {
  for (const page of pages) page.write('event: ping\ndata: {}\n\n');
}, 1_000);
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit(0));
