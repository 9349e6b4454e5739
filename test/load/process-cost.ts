import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for programs, whatever its own tick is (USER_HZ). */
const US_PER_TICK = 10_000;

/** Fields of /proc/<pid>/stat after the command's name, which may hold spaces and brackets. */
const statOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const PPID = 1;
const UTIME = 11;
const STIME = 12;
const CUTIME = 13;
const CSTIME = 14;

const ticks = (fields: readonly string[], ...indexes: readonly number[]): number =>
  indexes.reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);

/** CPU that a process has used since its start, in the kernel and out of it, all threads. Microseconds. */
export const cpuUs = (pid: number): number => ticks(statOf(pid), UTIME, STIME) * US_PER_TICK;

/** The same of a process, its living children, and those that have ended. */
export const treeCpuUs = (pid: number): number => {
  let total = ticks(statOf(pid), UTIME, STIME, CUTIME, CSTIME);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = statOf(Number(name));
      if (Number(fields[PPID]) === pid) total += ticks(fields, UTIME, STIME);
    } catch {
      // It ended between the listing and the look, and is now among the children that have.
    }
  }
  return total * US_PER_TICK;
};

/** Memory of a process that is in RAM. Bytes. */
export const residentBytes = (pid: number): number => {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (!match) throw new Error(`process ${pid} has no memory`);
  return Number(match[1]) * 1_024;
};

/** Children of a process, for those who move them to other cores. */
export const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return Number(statOf(child)[PPID]) === pid;
      } catch {
        return false;
      }
    });
