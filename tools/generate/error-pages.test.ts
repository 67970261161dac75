import { describe, expect, test } from '@jest/globals';

import { codedErrors } from '@tke/errors';

import { errorFiles } from './error-pages.ts';
import type { ErrorPart } from './error-parts.ts';
import { errorReference } from './error-reference.ts';

const parts: readonly ErrorPart[] = [
  {
    name: 'Work on hosts (SSH)',
    seen: 'conditions of Machines',
    then: {},
    catalogues: {
      'libs/a/src/errors.ts': [
        codedErrors({
          Lost: { class: 'Retryable', meaning: 'Gone, e.g. by reboot. It may have run.', remedy: 'Look at <unit>.' },
        }),
      ],
    },
  },
  {
    name: 'API servers',
    seen: 'the log',
    then: { NeedsUser: 'Start it again.' },
    catalogues: {
      'libs/b/src/errors.ts': [
        codedErrors({
          Lost: { class: 'Retryable', meaning: 'A pipe `a|b` broke.', remedy: 'Look at the proxy.' },
          Bad: { class: 'NeedsUser', meaning: 'Not <good>, but `<kept>`.', remedy: 'Mend it.' },
        }),
      ],
    },
  },
];

const files = new Map(errorFiles(errorReference(parts)).map(({ path, content }) => [path, content]));
const page = (name: string) => files.get(`docs/reference/errors/${name}.md`) ?? '';

describe('the reference of error codes', () => {
  test('is an index, a page per code, and the data of the plugin', () => {
    expect([...files.keys()]).toEqual([
      'docs/reference/errors/README.md',
      'docs/reference/errors/Bad.md',
      'docs/reference/errors/Lost.md',
      'apps/kubectl-tke/src/explain/error-reference.json',
    ]);
  });

  test('lists the codes of each part with class and first sentence, linked to their pages and from there back', () => {
    expect(page('README')).toContain('* [Work on hosts (SSH)](#work-on-hosts-ssh)\n');
    expect(page('README')).toContain('## Work on hosts (SSH)\n\nSeen in: conditions of Machines.\n');
    expect(page('README')).toContain('| [Lost](Lost.md) | Retryable | Gone, e.g. by reboot. |\n');
    expect(page('README')).toContain('| [Lost](Lost.md) | Retryable | A pipe `a\\|b` broke. |\n');
    expect(page('Lost')).toContain('[All codes](README.md#work-on-hosts-ssh)');
  });

  test('tells on one page what a code means in each part that has it, and what to do there', () => {
    const [head, hosts, servers] = page('Lost').split('\n## ');
    expect(head).toMatch(/# Lost\n\nClass: \*\*Retryable\*\*\n$/);
    expect(hosts).toContain(
      'Gone, e.g. by reboot. It may have run.\n\nWhat to do: Look at \\<unit>.\n\nIt is tried again by itself',
    );
    expect(servers).toContain('A pipe `a|b` broke.\n\nWhat to do: Look at the proxy.\n');
    expect(servers).toContain('Seen in: the log.');
  });

  test('tells what becomes of it there, and shows placeholders as they are', () => {
    expect(page('Bad')).toContain('Not \\<good>, but `<kept>`.\n\nWhat to do: Mend it.\n\nStart it again.\n');
  });

  test('gives the plugin the same', () => {
    const data = JSON.parse(files.get('apps/kubectl-tke/src/explain/error-reference.json') ?? '') as object;
    expect(data).toMatchObject({
      parts: { 'API servers': { seen: 'the log', then: { NeedsUser: 'Start it again.' } } },
      codes: [
        { code: 'Bad', class: 'NeedsUser', found: [{ part: 'API servers', remedy: 'Mend it.' }] },
        { code: 'Lost', found: [{ part: 'Work on hosts (SSH)' }, { part: 'API servers' }] },
      ],
    });
  });
});
