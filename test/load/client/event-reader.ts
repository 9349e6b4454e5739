import type { FrameListener } from './frame-reader.js';

const TEXT = 0x1;
const END = Buffer.from('\n\n');
const DATA = Buffer.from('data: ');
const NOTHING = Buffer.alloc(0);

/** Finds messages in an event stream, and tells of each as if it were a text frame. */
export class EventReader {
  /** Hand out payloads too. */
  collects = true;
  #partial: Buffer = NOTHING;

  constructor(private readonly listener: FrameListener) {}

  /** Takes the next bytes of the stream; they may be overwritten afterwards. */
  push(bytes: Buffer): void {
    const all = this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
    let at = 0;
    for (let end = all.indexOf(END, at); end !== -1; end = all.indexOf(END, at)) {
      this.#take(all.subarray(at, end));
      at = end + END.length;
    }
    this.#partial = at === all.length ? NOTHING : Buffer.from(all.subarray(at));
  }

  #take(block: Buffer): void {
    const start = block.indexOf(DATA);
    if (start === -1) return;
    const payload = block.subarray(start + DATA.length);
    this.listener.frame(TEXT, payload.length, this.collects ? payload : undefined);
  }
}
