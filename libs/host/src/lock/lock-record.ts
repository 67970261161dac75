/** The content of the lock file. */
export interface LockRecord {
  readonly cluster: string;
  readonly token: number;
  readonly holder: string;
  /** RFC 3339, by the clock of the host. */
  readonly since: string;
}

/** Undefined for what is no lock record. */
export function parseLock(text: string): LockRecord | undefined {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const { cluster, token, holder = '', since = '' } = Object.fromEntries(lines) as Partial<Record<string, string>>;
  return cluster === undefined || token === undefined || !/^\d+$/.test(token)
    ? undefined
    : { cluster, token: Number(token), holder, since };
}
