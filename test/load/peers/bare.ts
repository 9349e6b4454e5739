import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { Rooms, run, tenantOf } from './peer.js';
import { textFrame } from './text-frame.js';

/**
 * The floor of what Node can do: bare TCP sockets and prebuilt frames. Started with `joined`, all events
 * that are there at once go out as one write for each socket, else as one write for each event.
 */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const isJoined = process.argv[2] === 'joined';
const rooms = new Rooms<Socket>();

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.once('data', (request: Buffer) => {
    const head = request.toString('latin1');
    const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.resume();
    socket.on('close', rooms.add(tenantOf(head.split(' ')[1]), socket));
  });
});

await run({
  server,
  broadcast: (tenant, events) => {
    const frames = events.map(textFrame);
    const writes = isJoined ? [Buffer.concat(frames)] : frames;
    for (const bytes of writes) for (const socket of rooms.of(tenant)) socket.write(bytes);
  },
});
