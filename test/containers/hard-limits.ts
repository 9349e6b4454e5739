import { readFileSync } from 'node:fs';

/** What the kernel lets this process ask for. */
export interface HardLimits {
  readonly openFiles: number;
  readonly processes: number;
}

/** Where there is no limit, as much as any container of ours could use. */
const UNLIMITED_FILES = 1_048_576;
/** More than any container of ours has; Podman lowers its own hard limit to 32,768 and could not go above that. */
const MAX_PROCESSES = 4_096;

export function readHardLimits(): HardLimits {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const read = (name: string): number | undefined => {
    const hard = new RegExp(`^${name} +\\S+ +(\\d+)`, 'm').exec(limits)?.[1];
    return hard === undefined ? undefined : Number(hard);
  };
  return {
    openFiles: read('Max open files') ?? UNLIMITED_FILES,
    processes: Math.min(read('Max processes') ?? MAX_PROCESSES, MAX_PROCESSES),
  };
}
