import type { KubeObject } from '@tke/meta';

import type { WatchEvent } from '../client.ts';
import { KubeApiError, KubeTransportError, type RequestLabel, describeRequest } from '../errors.ts';
import { isStatus, wellFormed, type Status } from '../status.ts';

interface RawEvent {
  readonly type: string;
  readonly object: KubeObject;
}

// KEP-3157: closes the initial state of a streaming list.
const initialEventsEnd = 'k8s.io/initial-events-end';

function isRawEvent(value: unknown): value is RawEvent {
  const { type, object } = (value ?? {}) as Partial<RawEvent>;
  return typeof type === 'string' && typeof object === 'object' && (object as unknown) !== null;
}

function parse(request: RequestLabel, line: string): RawEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The error of JSON.parse quotes its input, which may be a Secret.
  }
  if (!isRawEvent(value)) {
    const message = `${describeRequest(request)}: a line of ${line.length} characters is not a watch event`;
    throw new KubeTransportError('BadResponse', message);
  }
  return value;
}

/** Reads one line of a watch. An ERROR event is thrown. */
export function parseWatchEvent<T extends KubeObject>(request: RequestLabel, line: string): WatchEvent<T> {
  const { type, object } = parse(request, line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: object as T };
    case 'BOOKMARK': {
      const { resourceVersion = '', annotations } = object.metadata;
      return { type, resourceVersion, initialEventsEnd: annotations?.[initialEventsEnd] === 'true' };
    }
    case 'ERROR': {
      const status: Status = isStatus(object) ? wellFormed(object) : { message: 'watch error without a Status' };
      throw new KubeApiError(request, status.code ?? 500, status);
    }
    default:
      throw new KubeTransportError(
        'BadResponse',
        `${describeRequest(request)}: unknown watch event ${type.slice(0, 32)}`,
      );
  }
}
