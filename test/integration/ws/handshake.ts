import { type Closed, type SocketOptions, TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';

/** Connects; answers how the handshake ended. A socket that was let in stays open. */
export async function tryConnect(
  wsUrl: string,
  options: SocketOptions = {},
): Promise<{ readonly socket: TestSocket; readonly refused: Closed | undefined }> {
  const socket = new TestSocket(wsUrl, options);
  const isOpen = await eventually(
    () => {
      if (socket.frames.length > 0) return { value: true };
      return socket.ws.readyState === socket.ws.CLOSED ? { value: false } : undefined;
    },
    { what: 'the handshake decided' },
  );
  return { socket, refused: isOpen.value ? undefined : await socket.closed() };
}

/** Connects again and again until it is let in: for slots that are given back in a moment. */
export function eventuallyConnect(wsUrl: string, options: SocketOptions): Promise<TestSocket> {
  return eventually(
    async () => {
      const { socket, refused } = await tryConnect(wsUrl, options);
      return refused === undefined ? socket : undefined;
    },
    { what: 'a free slot' },
  );
}

/** Waits until all that the server had written to this socket before now has come. */
export async function settled(socket: TestSocket): Promise<void> {
  const pongs = () => socket.texts.filter((text) => text === 'pong').length;
  const before = pongs();
  socket.send('ping');
  await eventually(() => pongs() > before, { what: 'the pong' });
}
