import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

const longestWord = 4096;
const mostBytes = 64 * 1024;

/**
 * Annotations that hold secrets or a copy of the spec with its passwords: every user of the host can read the words of a command. And the
 * platform's own, which change while it works.
 */
const withheld = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'tkestack.io/anywhere-machines',
  'tkestack.io/credential-token',
  'tkestack.io/registration-command',
  'platform.tkestack.io/retry',
];

/**
 * Annotations and labels of a cluster as words `key=value`, for its hooks, in TKEStack's order: annotations first. Words over 4 KiB are
 * left out, and those after the first 64 KiB: the kernel limits what a command may be given.
 */
export function hookWords({ metadata }: DeepReadonly<Cluster>): readonly string[] {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !withheld.includes(key));
  const words = [annotations, Object.entries(metadata.labels ?? {})].flatMap((pairs) =>
    pairs.map(([key, value]) => `${key}=${value}`).toSorted(),
  );
  let bytes = 0;
  return words.filter((word) => {
    const length = Buffer.byteLength(word);
    const fits = length <= longestWord && bytes + length <= mostBytes && !word.includes('\0');
    bytes += fits ? length : 0;
    return fits;
  });
}
