/** A source of randomness in [0, 1), as `Math.random`. */
export type Random = () => number;

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** Growth per attempt. Default 2. */
  readonly factor?: number;
}

/** `baseMs * factor^attempt`, at most `capMs`. Attempt 0 is the first retry. */
export function exponentialDelay(attempt: number, { baseMs, capMs, factor = 2 }: BackoffOptions): number {
  return Math.min(capMs, baseMs * factor ** attempt);
}

/** Spreads a duration over [durationMs, durationMs * (1 + share)), as client-go's wait.Jitter does. */
export function withJitter(durationMs: number, share: number, random: Random): number {
  return durationMs * (1 + random() * share);
}
