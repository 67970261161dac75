import { percentOf, type Nanos } from '@tke/quantity';

const width = 10;

/** How much of a whole is used: `[####......] 40%`. Only what is used up fills the bar. */
export function bar(used: Nanos, whole: Nanos): string {
  const percent = percentOf(used, whole);
  const filled = Math.min(width, Math.floor((Number(percent) * width) / 100));
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${percent}%`;
}
