/**
 * Who has to act: `Retryable` ends by itself, `NeedsUser` waits for a change of the object or its surroundings,
 * `Bug` is ours to mend.
 */
export type ErrorClass = 'Retryable' | 'NeedsUser' | 'Bug';

/** What every error of a code has in common. */
export interface ErrorDefinition {
  readonly class: ErrorClass;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;
}

/** One entry of an error catalogue. The key it is listed under is its code, usable as a condition reason. */
export interface CatalogueEntry extends ErrorDefinition {
  /**
   * What has happened and what that leaves the reader with, for the page of the code in docs/reference/errors: what neither the message
   * of one occasion nor the remedy tells. Only catalogues of tests do without.
   */
  readonly meaning?: string;
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

/** Makes the errors of one code. */
export interface CodedErrorFactory {
  (message: string, options?: ErrorOptions): CodedError;
  readonly definition: CatalogueEntry;
}

/**
 * Turns a catalogue into factories: `const errors = codedErrors({ HostUnreachable: { class: 'Retryable', remedy: '…' } })`,
 * then `throw errors.HostUnreachable('10.0.0.1 did not answer in 20 s')`.
 */
export function codedErrors<const Catalogue extends Readonly<Record<string, CatalogueEntry>>>(
  catalogue: Catalogue,
): Readonly<Record<keyof Catalogue & string, CodedErrorFactory>> {
  const entries = Object.entries(catalogue).map(([code, definition]) => [code, factoryOf(code, definition)] as const);
  return Object.fromEntries(entries) as never;
}

function factoryOf(code: string, definition: CatalogueEntry): CodedErrorFactory {
  const create = (message: string, options?: ErrorOptions) => new CodedError(code, definition, message, options);
  return Object.assign(create, { definition });
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
  const { class: errorClass, remedy } = unforeseenErrors.InternalError.definition;
  return { code: 'InternalError', class: errorClass, message: errorMessage(error), remedy };
}

/** What was thrown by code that did not foresee it. */
export const unforeseenErrors = codedErrors({
  InternalError: {
    class: 'Bug',
    meaning:
      'Something failed that the program did not foresee; the log of the process has the stack. As the answer to an apply: the object could not be checked, for the reason that the message gives with a code of its own, and was not stored. Where the message begins with a request and "500", kube-apiserver itself answered so, and the request is tried again.',
    remedy: 'Report this with the log lines around it.',
  },
});
