import type { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as ws from 'ws';
import { encodeTextFrame } from './frames.js';

/** Exported by `ws`, missing from its types. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** Reads bytes with the receiver of `ws`, which refuses what RFC 6455 does not allow. */
const receive = (bytes: Buffer): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const messages: string[] = [];
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (data: Buffer) => messages.push(data.toString()));
    receiver.on('error', reject);
    receiver.end(bytes, () => resolve(messages));
  });

describe('text frames', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('carry %i bytes', async (length) => {
    const text = 'x'.repeat(length);
    expect(await receive(encodeTextFrame(text))).toEqual([text]);
  });

  it('carry any text, and keep their borders when they are joined', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 20 }),
        async (texts) => {
          expect(await receive(Buffer.concat(texts.map(encodeTextFrame)))).toEqual(texts);
        },
      ),
      { numRuns: 50 },
    );
  });
});
