/** RFC 3339 in whole seconds, as the API server keeps instants. @param epochMs milliseconds since the epoch. */
export function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
