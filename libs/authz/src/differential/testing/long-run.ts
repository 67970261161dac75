// `make test-differential`: as differential.test.ts, on every core and with seeds that nobody has tried yet.
// TKE_DECISIONS says how many decisions, TKE_SEED the first seed. The next lines of a failure say how to replay it.
import { fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { decisionsPerWorld, rareAmong } from './comparison.ts';
import type { Progress } from './progress.ts';

const reportEveryMs = 10_000;

type Totals = Map<ChildProcess, Progress & { readonly kind: 'running' | 'done' }>;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function decisionsOf(totals: Totals): number {
  return [...totals.values()].reduce((sum, { decisions }) => sum + decisions, 0);
}

function seenOf(totals: Totals): Map<string, number> {
  const seen = new Map<string, number>();
  for (const [what, times] of [...totals.values()].flatMap((each) => Object.entries(each.seen))) {
    seen.set(what, (seen.get(what) ?? 0) + times);
  }
  return seen;
}

/** Resolves when the child has done its share; rejects with how to replay what it found. */
function share(child: ChildProcess, totals: Totals): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  child.on('message', (progress: Progress) => {
    if (progress.kind === 'failed') {
      reject(new Error(progress.message));
      return;
    }
    totals.set(child, progress);
    if (progress.kind === 'done') {
      resolve(undefined);
    }
  });
  child.on('exit', (code, signal) =>
    reject(new Error(`a child ended before its work was done: ${signal ?? String(code)}`)),
  );
  return promise;
}

async function main(): Promise<void> {
  const decisions = Number(process.env.TKE_DECISIONS ?? 1_000_000);
  const firstSeed = Number(process.env.TKE_SEED ?? randomInt(2 ** 31));
  const children = Math.min(availableParallelism(), Math.ceil(decisions / decisionsPerWorld));
  print(`${decisions} decisions from seed ${firstSeed} on, in ${children} processes`);
  const totals: Totals = new Map();
  const started = performance.now();
  const elapsed = () => ((performance.now() - started) / 1000).toFixed(0);
  const timer = setInterval(() => print(`${decisionsOf(totals)} of ${decisions} in ${elapsed()} s`), reportEveryMs);
  const workers = Array.from({ length: children }, (_, at) => {
    const mine = Math.floor(decisions / children) + (at < decisions % children ? 1 : 0);
    return fork(join(import.meta.dirname, 'long-run-child.ts'), [firstSeed + at, children, mine].map(String));
  });
  try {
    await Promise.all(workers.map((child) => share(child, totals)));
  } finally {
    clearInterval(timer);
    workers.forEach((child) => child.kill());
  }
  const seen = seenOf(totals);
  print(`${decisionsOf(totals)} decisions agree, in ${elapsed()} s: ${JSON.stringify(Object.fromEntries(seen))}`);
  const rare = decisions < 50_000 ? [] : rareAmong(seen);
  if (rare.length > 0) {
    throw new Error(`hardly ever seen, so hardly compared: ${rare.join(', ')}`);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
