import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { printTable, type Figures } from '../table.ts';
import type { Measurements } from './measure.ts';

function measured(rows: number): Measurements {
  const flags = ['--expose-gc', '--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'];
  const output = execFileSync(process.execPath, [...flags, join(import.meta.dirname, 'measure.ts'), String(rows)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as Measurements;
}

/** Prints what authorization costs over so many rules, beside what it is compared to. Every size is a process. */
export function reportAuthorization(sizes: readonly number[]): void {
  for (const rows of sizes) {
    const { buildSeconds, bytesPerRule, change, callers, ...times } = measured(rows);
    const title = `authorization over ${rows.toLocaleString('en')} rules`;
    printTable(`${title}, microseconds, callers at random`, {
      'decision, here': figuresOf(times.decide),
      'whole review, here': figuresOf(times.review),
      'JSON.parse of the review': figuresOf(times.parse),
      ...(times.casbin && { 'node-casbin': figuresOf(times.casbin) }),
    });
    if (times.casbin === undefined) {
      process.stdout.write('node-casbin: not run, it would take seconds per decision\n');
    }
    printTable(`${title}, microseconds, decisions of other callers`, {
      'at random': figuresOf(times.decide),
      'of one tenant': figuresOf(callers['one tenant']!),
      'all project policies': figuresOf(callers['ten-policies']!),
      'viewer of ten projects': figuresOf(callers['ten-projects']!),
      '1,000 policies': figuresOf(callers.thousand!),
    });
    printTable(title, { here: { buildSeconds, bytesPerRule, changeMedian: change.median, changeP99: change.p99 } });
  }
}

function figuresOf({ median, p99 }: Measurements['decide']): Figures {
  return { median, p99 };
}
