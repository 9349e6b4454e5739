import { execFileSync } from 'node:child_process';

/** The one of the PATH, then Debian's: where another Python comes first, its packages are not Debian's. */
const PLACES = ['python3', '/usr/bin/python3'];

/** A Python that has the `websockets` package, or undefined. */
export const findPython = () =>
  PLACES.find((python) => {
    try {
      execFileSync(python, ['-c', 'import websockets'], { stdio: 'ignore', timeout: 10_000 });
      return true;
    } catch {
      return false;
    }
  });
