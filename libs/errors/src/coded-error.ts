/**
 * Who has to act: `Retryable` ends by itself, `NeedsUser` waits for a change of the object or its surroundings,
 * `Bug` is ours to mend.
 */
export type ErrorClass = 'Retryable' | 'NeedsUser' | 'Bug';

/** One entry of an error catalogue. The key it is listed under is its code, usable as a condition reason. */
export interface ErrorDefinition {
  readonly class: ErrorClass;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;
}

export interface ErrorOptions {
  readonly cause?: unknown;
  /** Overrides the remedy of the catalogue where the occasion knows better. */
  readonly remedy?: string;
  /** Seconds after which a retry makes sense, where the other side said so. */
  readonly retryAfterSeconds?: number;
}

/** What conditions, events and logs say about an error: the same text in each. */
export interface ErrorDescription {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  readonly remedy: string;
}

/** An error with a stable code (CamelCase, a valid condition reason), a class and a remedy. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: string;
  readonly class: ErrorClass;
  readonly remedy: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, definition: ErrorDefinition, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.class = definition.class;
    this.remedy = options.remedy ?? definition.remedy;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/**
 * Turns a catalogue into constructors: `const errors = codedErrors({ HostUnreachable: { class: 'Retryable', remedy: '…' } })`,
 * then `throw errors.HostUnreachable('10.0.0.1 did not answer in 20 s')`.
 */
export function codedErrors<const Catalogue extends Readonly<Record<string, ErrorDefinition>>>(
  catalogue: Catalogue,
): Readonly<Record<keyof Catalogue & string, (message: string, options?: ErrorOptions) => CodedError>> {
  const entries = Object.entries(catalogue).map(
    ([code, definition]) =>
      [code, (message: string, options?: ErrorOptions) => new CodedError(code, definition, message, options)] as const,
  );
  return Object.fromEntries(entries) as never;
}

/** Whether an error carries a code; with `codes`, whether it is one of them. */
export function isCoded(error: unknown, ...codes: readonly string[]): error is CodedError {
  return error instanceof CodedError && (codes.length === 0 || codes.includes(error.code));
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Describes anything that was thrown; what carries no code is a `Bug` with code `InternalError`. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof CodedError) {
    return { code: error.code, class: error.class, message: error.message, remedy: error.remedy };
  }
  return {
    code: 'InternalError',
    class: 'Bug',
    message: errorMessage(error),
    remedy: 'Report this with the log lines around it.',
  };
}
