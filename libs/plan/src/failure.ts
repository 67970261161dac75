import { planLimits, retryAnnotation, type JournalEntry, type PlanFailure } from '@tke/api-platform';
import { CodedError, describeError } from '@tke/errors';

import { shortened, shortenedFront } from './text.ts';

/** What errors about commands carry besides their message. CommandError of @tke/host does. */
interface CommandDetails {
  readonly command?: unknown;
  readonly exitCode?: unknown;
  readonly tail?: unknown;
}

const maxCodeLength = 64;

/** An error as the journal keeps it. */
export function failureOf(error: unknown): PlanFailure {
  const { code, class: errorClass, message, remedy } = describeError(error);
  const { command, exitCode, tail } = commandDetails(error);
  return {
    code: shortened(code, maxCodeLength),
    class: errorClass,
    message: shortened(message, planLimits.message),
    remedy: shortened(remedy, planLimits.message),
    ...(typeof command === 'string' ? { command: shortened(command, planLimits.command) } : {}),
    ...(typeof exitCode === 'number' ? { exitCode } : {}),
    ...(typeof tail === 'string' ? { tail: shortenedFront(tail, planLimits.tail) } : {}),
  };
}

function commandDetails(error: unknown): CommandDetails {
  if (!(error instanceof CodedError) || !('failure' in error)) {
    return {};
  }
  const { failure } = error;
  return typeof failure === 'object' && failure !== null ? failure : {};
}

/** Names the step and its host, in front of what is said about them. */
export function subjectOf(step: string, target: string): string {
  return target === '' ? step : `${step} on ${target}`;
}

const maxNamed = 4;

/**
 * The error that conditions tell, from what the journal has: the same in every pass until the step is tried again, so that
 * a condition does not change while nothing happens.
 */
export function failureReport(failed: readonly [JournalEntry, ...JournalEntry[]], cause: unknown): CodedError {
  const [first, ...others] = failed;
  const { code, class: errorClass, message, remedy } = first.error ?? failureOf(undefined);
  const text = `${subjectOf(first.step, first.host)}: ${message}${alsoOn(others)}`;
  const advice = errorClass === 'NeedsUser' ? `${remedy} ${howToRetry}` : remedy;
  return new CodedError(code, { class: errorClass, remedy: advice }, text, { cause });
}

const howToRetry = `Then change the spec, or give the annotation ${retryAnnotation} another value, to have the step tried again.`;

function alsoOn(others: readonly JournalEntry[]): string {
  if (others.length === 0) {
    return '';
  }
  const named = others.slice(0, maxNamed).map(({ host }) => host);
  const more = others.length - named.length;
  return ` (failed on ${named.join(', ')} too${more === 0 ? '' : `, and on ${more} more`})`;
}
