import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { run, tenantOf } from './peer.js';

/** socket.io over WebSocket alone, a room for each tenant. */

/** Longer than any measurement: its pings would count as messages. */
const PING_INTERVAL_MS = 600_000;

const server = createServer();
const io = new Server(server, {
  transports: ['websocket'],
  perMessageDeflate: false,
  pingInterval: PING_INTERVAL_MS,
});
io.on('connection', (socket) => {
  void socket.join(String(tenantOf(socket.request.url)));
});

await run({
  server,
  broadcast: (tenant, events) => {
    for (const event of events) io.to(String(tenant)).emit('event', JSON.parse(event));
  },
});
