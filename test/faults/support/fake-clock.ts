import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIBRARY = 'faketime/libfaketime.so.1';

/** libfaketime, which Debian has as `faketime`. */
const findFaketime = (): string => {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, LIBRARY))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('faketime is not installed (Debian: apt-get install faketime)');
  return found;
};

/** The clock of a server that was started with `env`: it runs, and can be put forward and back. */
export class FakeClock {
  readonly #dir = mkdtempSync(join(tmpdir(), 'wardbell-clock-'));
  readonly #file = join(this.#dir, 'offset');
  readonly env: Readonly<Record<string, string>>;

  /** @param isMonotonicFaked the monotonic clock goes along, as it does when a virtual machine is paused */
  constructor(isMonotonicFaked: boolean) {
    this.shift(0);
    this.env = {
      LD_PRELOAD: findFaketime(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: isMonotonicFaked ? '0' : '1',
      DONT_FAKE_MONOTONIC: isMonotonicFaked ? '0' : '1',
    };
  }

  /** From now on it differs from the machine's clock by so many seconds. */
  shift(offsetS: number): void {
    const sign = offsetS < 0 ? '-' : '+';
    writeFileSync(`${this.#file}.new`, `${sign}${Math.abs(offsetS)}\n`);
    renameSync(`${this.#file}.new`, this.#file); // never half written
  }

  /** Also what its library left behind of processes that were killed. */
  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
    for (const name of readdirSync('/dev/shm')) {
      const pid = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name)?.[1];
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join('/dev/shm', name), { force: true });
    }
  }
}
