/** An instant as the API writes it, RFC 3339 with milliseconds. */
export function timestamp(epochMs: number): string {
  return new Date(Math.ceil(epochMs)).toISOString();
}
