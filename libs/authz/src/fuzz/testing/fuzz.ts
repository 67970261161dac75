import fc, { type IPropertyWithHooks, type RunDetails } from 'fast-check';

/** How long reviews, and how long patterns are tried; without it a fixed number of fixed cases is. */
const seconds = Number(process.env.TKE_FUZZ_SECONDS ?? 0);
const { TKE_FUZZ_SEED: seed, TKE_FUZZ_PATH: path } = process.env;

/** What Jest must grant one property. */
export const fuzzTimeoutMs = (seconds + 120) * 1000;

export interface Effort {
  /** Fixed cases, where no time is given. */
  readonly runs: number;
  /** Of the time, where one is given. */
  readonly share: number;
}

/**
 * Tries a property on fixed cases, or on as many new ones as its share of TKE_FUZZ_SECONDS leaves time for.
 * @returns how many inputs were tried.
 * @throws Error that holds the input that broke it, made as small as it could be, and says how to replay it.
 */
export function fuzz<T>(name: string, property: IPropertyWithHooks<T>, { runs, share }: Effort): number {
  const replayed = seed === undefined ? undefined : { seed: Number(seed), ...(path !== undefined && { path }) };
  const fixed = { seed: 1, numRuns: runs };
  const timed = { numRuns: 2 ** 31, interruptAfterTimeLimit: seconds * share * 1000, markInterruptAsFailure: false };
  const details: RunDetails<T> = fc.check(property, replayed ?? (seconds === 0 ? fixed : timed));
  if (seconds > 0) {
    process.stdout.write(`${name}: ${details.numRuns} inputs\n`);
  }
  if (details.failed) {
    const replay = `TKE_FUZZ_SEED=${details.seed} TKE_FUZZ_PATH=${details.counterexamplePath ?? ''} make fuzz  (${name})`;
    throw new Error(`${fc.stringify(details.counterexample)}\nReplay: ${replay}`, { cause: details.errorInstance });
  }
  return details.numRuns;
}
