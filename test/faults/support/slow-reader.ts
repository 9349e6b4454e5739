import type { Socket } from 'node:net';

const TICK_MS = 100;

/** A client on bare TCP that reads so many bytes a second, steadily, and does nothing else. */
export class SlowReader {
  bytes = 0;
  isClosed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    path: string,
    token: string,
    bytesPerSecond: number,
  ) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Authorization: Bearer ${token}\r\n\r\n`,
    );
    // 'readable' keeps the stream from flowing: it reads ahead by no more than its buffer
    socket.on('readable', () => undefined);
    const portion = Math.ceil((bytesPerSecond * TICK_MS) / 1_000);
    this.#timer = setInterval(() => {
      const chunk: unknown = socket.read(Math.min(portion, socket.readableLength));
      if (chunk instanceof Buffer) this.bytes += chunk.length;
    }, TICK_MS);
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.socket.destroy();
  }
}
