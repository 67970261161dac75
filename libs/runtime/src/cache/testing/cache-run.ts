import { PassThrough } from 'node:stream';

import { createLogger } from '@tke/log';
import type { DeepReadonly } from '@tke/meta';
import { FakeClock, type Clock } from '@tke/time';

import { Cache } from '../cache.ts';
import type { CacheMetrics, EventHandler, InformerOptions } from '../types.ts';
import { ScriptedReader, type ScriptedAnswer } from './scripted-reader.ts';
import { widget, type Widget } from './widgets.ts';

export type StoredWidget = DeepReadonly<Widget>;

/** A handler that writes down what it hears, e.g. `add a@1 (initial)`. */
export function recorder(): { heard: string[]; handler: EventHandler<Widget> } {
  const heard: string[] = [];
  const short = ({ metadata }: StoredWidget) => `${metadata.name}@${metadata.resourceVersion}`;
  const handler: EventHandler<Widget> = {
    onAdd: (object, initialList) => heard.push(`add ${short(object)}${initialList ? ' (initial)' : ''}`),
    onUpdate: (before, after) => heard.push(`update ${short(before)} to ${short(after)}`),
    onDelete: (object, unknown) => heard.push(`delete ${short(object)}${unknown ? ' (final state unknown)' : ''}`),
  };
  return { heard, handler };
}

export interface CacheSettings {
  readonly options?: InformerOptions<Widget>;
  readonly clock?: Clock & Partial<FakeClock>;
  readonly metrics?: CacheMetrics;
}

/** A cache of widgets on a script, not yet started. Time stands still until `after` lets it pass. */
export function widgetCache(answers: readonly ScriptedAnswer[], { options, clock, ...more }: CacheSettings = {}) {
  const fakeClock = new FakeClock();
  const reader = new ScriptedReader().answer(...answers);
  const stream = new PassThrough();
  const stop = new AbortController();
  const cache = new Cache({
    reader,
    logger: createLogger({ stream }),
    clock: clock ?? fakeClock,
    random: () => 0,
    ...more,
  });
  const informer = cache.informer(widget, options);
  let running: Promise<void> | undefined;
  return {
    cache,
    informer,
    reader,
    stop,
    log: () => String(stream.read() ?? ''),
    start: async () => {
      running = cache.start(stop.signal);
      await fakeClock.advance(0);
    },
    after: (ms: number) => fakeClock.advance(ms),
    end: async () => {
      stop.abort();
      await running;
    },
  };
}
