import { once } from 'node:events';
import { createServer } from 'node:http';
import { openEventStream } from './event-stream.js';

describe('the event stream', () => {
  it('marks all of its requests as such that no person made', async () => {
    const marks: unknown[] = [];
    const server = createServer((request, response) => {
      marks.push([request.method, request.headers['wardbell-background']]);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (request.method === 'HEAD') response.end();
      else response.write(': open\n\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port');
    const stream = openEventStream(
      { url: `ws://127.0.0.1:${address.port}/ws`, getToken: () => 'token' },
      'token',
      null,
    );
    const heard = () => new Promise<void>((resolve) => stream.addEventListener('message', () => resolve()));
    await heard();
    stream.send('ping');
    await heard();
    stream.close();
    server.closeAllConnections();
    server.close();
    expect(marks).toEqual([
      ['GET', '1'],
      ['HEAD', '1'],
    ]);
  });
});
