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
      return wellFormed(parsed);
    }
  } catch {
    // Not JSON: the text itself is all there is to report.
  }
  const text = body.replaceAll(/\s+/g, ' ').trim();
  return { code, message: text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text };
}

// A CamelCase word; it becomes the code of an error, and the reason of conditions and events.
const reasonPattern = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const longestMessage = 32 * 1024;

/** A Status with those of its fields that are what they should be: the server of a member need not be a kube-apiserver. */
export function wellFormed(status: Status): Status {
  const { reason, message, details, code, metadata } = status as { readonly [Field in keyof Status]: unknown };
  return {
    ...(typeof reason === 'string' && reasonPattern.test(reason) && { reason }),
    ...(typeof message === 'string' && { message: message.slice(0, longestMessage) }),
    ...(typeof code === 'number' && { code }),
    ...(isObject(metadata) && { metadata }),
    ...(isObject(details) && { details: wellFormedDetails(details) }),
  };
}

function wellFormedDetails(details: NonNullable<Status['details']>): NonNullable<Status['details']> {
  const { retryAfterSeconds, causes, ...rest } = details as typeof details & Readonly<Record<string, unknown>>;
  const isWait = typeof retryAfterSeconds === 'number' && retryAfterSeconds >= 0 && Number.isFinite(retryAfterSeconds);
  return { ...rest, ...(Array.isArray(causes) && { causes }), ...(isWait && { retryAfterSeconds }) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
