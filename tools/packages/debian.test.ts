import { expect, test } from '@jest/globals';

import { ensureInstalled, type Machine } from './debian.ts';

const wanted = { '/usr/bin/gcc': 'gcc', '/usr/sbin/nft': 'nftables', '/usr/sbin/ipset': 'ipset' };

/** A machine with some files, whose apt-get works after so many calls. */
function machine({ files, mayInstall, failures = 0 }: { files: string[]; mayInstall: boolean; failures?: number }) {
  const calls: string[] = [];
  const apt = (...args: readonly string[]) => {
    calls.push(args.join(' '));
    if (args[0] === 'install' && calls.length > failures) {
      files.push(...Object.keys(wanted));
    }
    return calls.length > failures;
  };
  return { calls, mayInstall, apt, has: (path: string) => files.includes(path) } satisfies Machine & {
    calls: string[];
  };
}

test('a machine that has all is left alone', () => {
  const complete = machine({ files: Object.keys(wanted), mayInstall: true });
  ensureInstalled(wanted, complete, () => undefined);
  expect(complete.calls).toEqual([]);
});

test('what is missing is installed, with new lists of packages where the old ones do not do', () => {
  const bare = machine({ files: ['/usr/bin/gcc'], mayInstall: true, failures: 1 });
  const lines: string[] = [];
  ensureInstalled(wanted, bare, (line) => lines.push(line));
  const install = 'install --yes --no-install-recommends nftables ipset';
  expect(bare.calls).toEqual([install, 'update', install]);
  expect(lines).toEqual(['installing nftables, ipset ...']);
});

test('what may not or cannot be installed is named', () => {
  const message = 'the packages need /usr/sbin/nft, /usr/sbin/ipset: install nftables, ipset';
  const others = machine({ files: ['/usr/bin/gcc'], mayInstall: false });
  expect(() => ensureInstalled(wanted, others, () => undefined)).toThrow(message);
  expect(others.calls).toEqual([]);
  const offline = machine({ files: ['/usr/bin/gcc'], mayInstall: true, failures: 9 });
  expect(() => ensureInstalled(wanted, offline, () => undefined)).toThrow(message);
});
