import { connect as dial } from 'node:net';

/** Sends a handshake and hangs up, at some moment of it. */
export const hangUp = (port: number, token: string, afterMs: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = dial({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.write(
      `GET /ws?token=${token} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    setTimeout(() => socket.destroy(), afterMs);
  });
