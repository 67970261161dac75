import { getEventListeners } from 'node:events';

import { describe, expect, test } from '@jest/globals';

import { Latch } from './latch.ts';

describe('a latch', () => {
  test('lets everybody through once it is open, and those who come later', async () => {
    const latch = new Latch();
    const { signal } = new AbortController();
    const waiting = [latch.wait(signal), latch.wait(signal)];
    expect(latch.isOpen).toBe(false);
    latch.open();
    latch.open();
    await Promise.all([...waiting, latch.wait(signal)]);
    expect(latch.isOpen).toBe(true);
  });

  test('turns away who gives up, before and while waiting, and nobody else', async () => {
    const latch = new Latch();
    const [patient, impatient] = [new AbortController(), new AbortController()];
    const stays = latch.wait(patient.signal);
    const leaves = latch.wait(impatient.signal);
    impatient.abort(new Error('given up'));
    await expect(leaves).rejects.toThrow('given up');
    await expect(latch.wait(impatient.signal)).rejects.toThrow('given up');
    latch.open();
    await stays;
  });

  test('leaves nothing behind on a signal that lives on', async () => {
    const latch = new Latch();
    const { signal } = new AbortController();
    const waiting = latch.wait(signal);
    latch.open();
    await waiting;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
