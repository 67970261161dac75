/** Live bytes after a full collection; the process runs with --expose-gc. */
export function heapBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One JSON line on standard output, with the peak resident set. */
export function print(figures: Readonly<Record<string, number>>): void {
  process.stdout.write(`${JSON.stringify({ ...figures, rssKiB: process.resourceUsage().maxRSS })}\n`);
}
