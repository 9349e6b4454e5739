/** pino's severity of a warning. */
const WARN = 40;

/** Asks pino to tell the severity of a line in `lastLevel` before it is written. */
const METADATA: unique symbol = Symbol.for('pino.metadata');

/** Where lines go in the end. */
export interface LineSink {
  write(lines: string): void;
}

/**
 * Joins the lines of a turn of the event loop into one write(2): a thousand sockets that come back at once would
 * cost a thousand. A warning or worse is written at once, with what waits before it; so is everything when the
 * process ends, unless by a signal that it does not handle or a crash of the engine, which lose one turn of `info`.
 */
export class TurnWriter {
  readonly [METADATA] = true;
  lastLevel = 0;
  #lines = '';

  constructor(private readonly sink: LineSink) {
    process.on('exit', this.flush);
  }

  write(line: string): void {
    if (this.#lines === '') setImmediate(this.flush);
    this.#lines += line;
    if (this.lastLevel >= WARN) this.flush();
  }

  readonly flush = (): void => {
    if (this.#lines === '') return;
    const lines = this.#lines;
    this.#lines = '';
    this.sink.write(lines);
  };
}
