import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { KubeApiError } from '../errors.ts';

export interface RetryOptions {
  /** Whether carrying it out twice is the same as once. */
  readonly idempotent: boolean;
  readonly signal: AbortSignal | undefined;
  /** For all waits of one call together. What would take longer is for the caller to repeat. Default: no limit but that of tries. */
  readonly longestWaitMs?: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

// As client-go (rest/request.go).
const maxTries = 10;

/** A 429 was refused before anything happened; a 5xx may have been carried out. Neither is repeated unasked. */
function retryDelaySeconds(error: unknown, idempotent: boolean): number | undefined {
  if (!(error instanceof KubeApiError)) {
    return undefined;
  }
  const repeatable = error.httpStatus === 429 || (error.httpStatus >= 500 && idempotent);
  return repeatable ? error.retryAfterSeconds : undefined;
}

/** Repeats what the server asked to be repeated, after the time it asked for. */
export async function withRetries<R>(attempt: () => Promise<R>, options: RetryOptions): Promise<R> {
  const { idempotent, signal, longestWaitMs = Infinity, clock, logger } = options;
  let waitedMs = 0;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const seconds = tries < maxTries ? retryDelaySeconds(error, idempotent) : undefined;
      if (seconds === undefined || waitedMs + seconds * 1000 > longestWaitMs) {
        throw error;
      }
      waitedMs += seconds * 1000;
      logger.debug('the server asked to try again later', { tries, seconds, error });
      await clock.sleep(seconds * 1000, signal);
    }
  }
}
