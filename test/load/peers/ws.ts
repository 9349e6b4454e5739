import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { Rooms, run, tenantOf } from './peer.js';
import { textFrame } from './text-frame.js';

/**
 * The library `ws`, as most use it: `send(text)` in a loop. Started with `frame`, each event is framed once
 * and the same bytes are written to each raw socket.
 */

const isFramed = process.argv[2] === 'frame';
const rooms = new Rooms<{ readonly ws: WebSocket; readonly socket: Socket }>();

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
sockets.on('connection', (ws, request) => {
  ws.on('error', () => undefined);
  ws.on('close', rooms.add(tenantOf(request.url), { ws, socket: request.socket }));
});

await run({
  server,
  broadcast: (tenant, events) => {
    for (const event of events) {
      const frame = isFramed ? textFrame(event) : undefined;
      for (const { ws, socket } of rooms.of(tenant)) {
        if (ws.readyState !== WebSocket.OPEN) continue;
        if (frame) socket.write(frame);
        else ws.send(event);
      }
    }
  },
});
