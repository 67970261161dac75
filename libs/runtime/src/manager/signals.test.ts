import { EventEmitter } from 'node:events';

import { expect, test } from '@jest/globals';

import { signalHandler } from './signals.ts';

class FakeProcess extends EventEmitter {
  exitCodes: number[] = [];

  exit(code: number): void {
    this.exitCodes.push(code);
  }
}

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
])('%s aborts, then %s exits with 1', (first, second) => {
  const target = new FakeProcess();
  const signal = signalHandler(target);
  expect(signal.aborted).toBe(false);

  target.emit(first);
  expect(signal.aborted).toBe(true);
  expect(target.exitCodes).toEqual([]);

  target.emit(second);
  expect(target.exitCodes).toEqual([1]);
});
