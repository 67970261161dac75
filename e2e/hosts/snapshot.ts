import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { waitFor } from '@tke/envtest';

/** What there is on a host: sections ("files", "routes", ...), and in each a value by name. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What systemd starts when it is asked for something, and ends by itself. */
const passing = /systemd-(hostnamed|localed|timedated)|^sshd: |\(sd-pam\)|systemd --user|^(session-|user-|user@)/;

export async function takeSnapshot(must: (argv: readonly string[]) => Promise<string>): Promise<Snapshot> {
  const script = await readFile(join(import.meta.dirname, 'snapshot.sh'), 'utf8');
  // The client of the engine spoils characters of several bytes where two chunks meet.
  const asAscii = 'sh -c "$1" | LC_ALL=C tr -c "\\000-\\177" "?"';
  return parseSnapshot(await must(['sh', '-c', asAscii, 'sh', script]));
}

export function parseSnapshot(text: string): Snapshot {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('== ')) {
      sections.set(line.slice(3), (lines = []));
    } else if (line !== '') {
      lines.push(line);
    }
  }
  const { digests = [], nftables = [], ...rest } = Object.fromEntries(sections);
  const entries = Object.entries(rest).map(([name, content]) => [name, counted(content)] as const);
  const snapshot = new Map<string, ReadonlyMap<string, string>>(entries);
  snapshot.set('files', withDigests(rest.files ?? [], digests));
  return snapshot.set('nftables', counted(flattened(nftables)));
}

/**
 * What `after` has and `before` has not, or the other way round, one line for each: `files + /etc/x`, `routes - ...`,
 * `sysctls ~ name: 0 -> 1`. Of a folder or a table that came or went, what is in it is not listed. Names that match
 * `except` are left out.
 */
export function difference(before: Snapshot, after: Snapshot, except?: RegExp): readonly string[] {
  const sections = [...new Set([...before.keys(), ...after.keys()])];
  return sections.flatMap((section) => {
    const was = before.get(section) ?? new Map<string, string>();
    const is = after.get(section) ?? new Map<string, string>();
    const names = [...new Set([...was.keys(), ...is.keys()])].sort();
    const differing = names.filter((name) => was.get(name) !== is.get(name) && except?.test(name) !== true);
    const moved = new Set(differing.filter((name) => was.has(name) !== is.has(name)));
    return differing
      .filter((name) => !(moved.has(name) && containers[section]?.(name).some((parent) => moved.has(parent))))
      .map((name) => `${section} ${described(name, was.get(name), is.get(name))}`);
  });
}

/** As `difference`, but for what passes within a minute: a host has processes of its own that come and go. */
export async function lastingDifference(before: Snapshot, take: () => Promise<Snapshot>): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const isAsBefore = async () => (left = difference(before, await take())).length === 0;
  await waitFor(isAsBefore, { description: 'the host is as it was', timeoutMs: 60_000, intervalMs: 2_000 }).catch(
    () => undefined,
  );
  return left;
}

/** The names of what holds something, by section. */
const containers: Readonly<Record<string, (name: string) => readonly string[]>> = {
  files: (path) => [...path.matchAll(/(?!^)\//g)].map(({ index }) => path.slice(0, index)),
  nftables: (rule) =>
    [/^table \w+ \S+/, /^[^:]+/].map((pattern) => pattern.exec(rule)?.[0] ?? '').filter((place) => place !== rule),
};

function described(name: string, was: string | undefined, is: string | undefined): string {
  if (was === undefined) {
    return `+ ${name}`;
  }
  return is === undefined ? `- ${name}` : `~ ${name}: ${was} -> ${is}`;
}

/** Values by name; equal lines are counted, as two processes with the same arguments are. */
function counted(lines: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const times = new Map<string, number>();
  for (const line of lines) {
    const [name = '', value = ''] = line.split('\t');
    if (!passing.test(name)) {
      const count = (times.get(line) ?? 0) + 1;
      times.set(line, count);
      values.set(name, count === 1 ? value : `${value}(${count} times)`);
    }
  }
  return values;
}

/** Two file systems are walked, so the name where the second begins comes twice. */
function withDigests(files: readonly string[], digests: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map(files.map((line) => line.split('\t') as [string, string]));
  for (const line of digests) {
    const [path = '', digest = ''] = line.split('\t');
    values.set(path, `${values.get(path) ?? ''} ${digest.slice(0, 16)}`);
  }
  return values;
}

/** Chains that the iptables command makes when it only looks: empty ones that accept decide nothing. */
const standardChain =
  /^table (ip|ip6) (filter|nat|mangle|raw|security) chain (INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)$/;
const standardTable = /^table (ip|ip6) (filter|nat|mangle|raw|security)$/;
const acceptingHook = /^type \w+ hook \w+ priority [^;]+; policy accept;$/;

/** Each line of nft's nested listing with the names of what it is in. */
function flattened(listing: readonly string[]): readonly string[] {
  const path: string[] = [];
  const lines: string[] = [];
  for (const line of listing.map((text) => text.trim())) {
    if (line === '}') {
      path.pop();
    } else if (line.endsWith(' {')) {
      path.push(line.slice(0, -2));
      lines.push(path.join(' '));
    } else {
      lines.push(`${path.join(' ')}: ${line}`);
    }
  }
  return lines.filter((line) => {
    const [place = '', ...rest] = line.split(': ');
    const isStandard = standardChain.test(place) || standardTable.test(place);
    return !(isStandard && (rest.length === 0 || acceptingHook.test(rest.join(': '))));
  });
}
