/** pino's severity of a warning. */
const WARN = 40;

/** Makes pino set `lastLevel` to the severity of a line before it writes the line. */
const METADATA: unique symbol = Symbol.for('pino.metadata');

/** The destination of log lines. */
export interface LineSink {
  write(lines: string): void;
}

/**
 * Joins the lines of one turn of the event loop into one write(2): a thousand sockets that reconnect at once would cost
 * a thousand system calls. A warning or an error flushes the buffer, and so does a normal exit. An unhandled signal or
 * a crash of the engine loses at most one turn of `info` lines.
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
