/** One problem of a request, as metav1.StatusCause. */
export interface StatusCause {
  /** E.g. `FieldValueRequired`. */
  readonly reason?: string;
  readonly message?: string;
  /** Path of the field, e.g. `spec.statement.actions[3]`. */
  readonly field?: string;
}

/** metav1.Status: how the apiserver reports what went wrong. */
export interface Status {
  readonly reason?: string;
  readonly message?: string;
  /** The HTTP status. Inside a watch it stands only here. */
  readonly code?: number;
  readonly metadata?: { readonly continue?: string };
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
}

// Long enough for the first lines of a proxy's error page, short enough for a log line.
const longestExcerpt = 256;

export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
}

/** The Status in the body of an error response; what is not one (a proxy's page, say) becomes the message of a new one. */
export function parseStatus(code: number, body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isStatus(parsed)) {
      return parsed;
    }
  } catch {
    // Not JSON: the text itself is all there is to report.
  }
  const text = body.replaceAll(/\s+/g, ' ').trim();
  return { code, message: text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text };
}
