import { PassThrough } from 'node:stream';

import { createLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import { Reflector, type ReflectorEvent } from '../reflector.ts';
import type { Selection } from '../types.ts';
import { ScriptedReader, type RecordedRequest, type ScriptedAnswer } from './scripted-reader.ts';
import { invalid, makeWidget, page, pages, widget, type Widget } from './widgets.ts';

/** `stream@7` (streaming list), `list@7`, `list-unpaged@7` or `watch@7`. */
function inShort(request: RecordedRequest): string {
  const from = request.resourceVersion ?? '';
  if (request.verb === 'list') {
    return `${request.limit === 0 ? 'list-unpaged' : 'list'}@${from}`;
  }
  return `${request.sendInitialEvents === true ? 'stream' : 'watch'}@${from}`;
}

function told(event: ReflectorEvent<Widget>): string {
  return 'object' in event
    ? `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`
    : event.type;
}

export interface Settings {
  readonly random?: () => number;
  readonly selection?: Selection;
  readonly signal?: AbortSignal;
}

/** Starts a reflector on a script, with a clock that stands still. */
export function run(answers: readonly ScriptedAnswer[], { random = () => 0, selection = {}, signal }: Settings = {}) {
  const clock = new FakeClock();
  const reader = new ScriptedReader().answer(...answers);
  const stop = new AbortController();
  const events: string[] = [];
  const timeline: string[] = [];
  const stream = new PassThrough();
  const log = () => String(stream.read() ?? '');
  const logger = createLogger({ stream });
  reader.onRequest = (request) => timeline.push(`${Math.round(clock.monotonic())} ms: ${inShort(request)}`);
  const reflector = new Reflector({ reader, kind: widget, selection, logger, clock, random });
  const ended = (async () => {
    for await (const event of reflector.run(signal ?? stop.signal)) {
      events.push(told(event));
    }
  })();
  return { clock, reader, stop, ended, events, timeline, log };
}

/** Plays the script, lets `afterMs` pass and stops. */
export async function play(answers: readonly ScriptedAnswer[], afterMs = 0, settings: Settings = {}) {
  const { clock, reader, stop, ended, ...seen } = run(answers, settings);
  await clock.advance(afterMs);
  stop.abort();
  await ended;
  return { ...seen, reader, requests: reader.requests.map(inShort) };
}

/** The answers that lead to a watch at version 5: here without streaming lists, to see lists and watches apart. */
export const listed = (): ScriptedAnswer[] => [{ error: invalid() }, pages(page('5', makeWidget('a', '1')))];
export const listedTimeline = ['0 ms: stream@', '0 ms: list@'];
