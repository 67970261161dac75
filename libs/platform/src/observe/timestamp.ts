/** metav1.Time of milliseconds since the epoch: RFC 3339 in whole seconds, as the server keeps it. */
export function timestampOf(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
}
