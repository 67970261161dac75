/** Of an attempt at a step that waits for what may take any time: it must not fail for that. Ten years, in milliseconds. */
export const noLimitMs = 10 * 365 * 86_400_000;
