export interface Times {
  readonly median: number;
  readonly p99: number;
}

/** Microseconds per call, each call measured by itself. The clock's own cost, below 0.1, is in them. */
export function timesOf<T>(inputs: readonly T[], call: (input: T) => unknown, rounds = 1): Times {
  const micros = new Float64Array(inputs.length * rounds);
  let at = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const input of inputs) {
      const start = performance.now();
      call(input);
      micros[at] = (performance.now() - start) * 1_000;
      at += 1;
    }
  }
  micros.sort();
  return { median: micros[Math.floor(at / 2)] ?? 0, p99: micros[Math.floor(at * 0.99)] ?? 0 };
}
