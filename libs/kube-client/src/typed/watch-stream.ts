import type { KubeObject } from '@tke/meta';
import type { TimeSlice } from '@tke/time';

import type { WatchEvent } from '../client.ts';
import { LineSplitter } from '../codec/line-splitter.ts';
import { parseWatchEvent } from '../codec/watch-event.ts';
import { describeRequest, KubeTransportError } from '../errors.ts';
import { Watchdog } from '../transport/watchdog.ts';
import type { Caller, CallRequest } from './caller.ts';

/** Bytes. Ten times the largest object that etcd takes. */
const longestEvent = 16 * 1024 * 1024;

export interface WatchStreamOptions {
  readonly caller: Caller;
  readonly slice: TimeSlice;
  readonly idleTimeoutMs: number;
}

function lost(request: CallRequest, message: string): KubeTransportError {
  return new KubeTransportError('ConnectionLost', `${describeRequest(request)}: ${message}`);
}

/** The events of a watch. Ends when the server ends it between two lines; the connection goes with the iterator. */
export async function* watchStream<T extends KubeObject>(
  request: CallRequest,
  { caller, slice, idleTimeoutMs }: WatchStreamOptions,
): AsyncGenerator<WatchEvent<T>, void> {
  using watchdog = new Watchdog(caller.options.clock, request.signal);
  // Armed only while nothing is there to be read: a slow consumer is no reason to give up the stream.
  const expectBytes = () =>
    watchdog.arm(idleTimeoutMs, () => lost(request, `the watch was silent for ${idleTimeoutMs / 1000} s`));
  const response = await caller.stream(request, watchdog);
  const lines = new LineSplitter();
  expectBytes();
  for await (const chunk of response.body) {
    watchdog.disarm();
    for (const line of lines.split(chunk)) {
      watchdog.signal.throwIfAborted();
      yield parseWatchEvent<T>(request, line);
      if (slice.spent) {
        await slice.nextTurn();
      }
    }
    if (lines.pendingBytes > longestEvent) {
      throw new KubeTransportError(
        'BadResponse',
        `${describeRequest(request)}: an event of the watch is longer than ${longestEvent} bytes`,
      );
    }
    expectBytes();
  }
  if (lines.pendingBytes > 0) {
    throw lost(request, `the watch ended within a line, after ${lines.pendingBytes} bytes of it`);
  }
}
