import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this machine, which is the host of these tests, with that word in their command line. */
export function running(word: string): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    });
}
