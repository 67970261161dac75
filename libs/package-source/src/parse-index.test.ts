import { describe, expect, test } from '@jest/globals';

import { formatIndex, type IndexedRelease } from './package-index.ts';
import { parseIndex } from './parse-index.ts';
import { samplePackages } from './testing/sample-packages.ts';

function sampleIndex(change?: (release: IndexedRelease) => object): string {
  return samplePackages(['1.36.3'], change === undefined ? {} : { change })
    .get('index.json')!
    .toString();
}

function withProgram(fields: object): string {
  return sampleIndex(({ programs: [first, ...rest], images }) => ({
    programs: [{ ...first, ...fields }, ...rest],
    images,
  }));
}

function withImage(fields: object): string {
  return sampleIndex(({ programs, images: [first, ...rest] }) => ({
    programs,
    images: [{ ...first, ...fields }, ...rest],
  }));
}

test('what is written is read', () => {
  const text = sampleIndex();
  const index = parseIndex(text);
  const release = index.versions.get('1.36.3')?.get('amd64');
  expect(release?.programs[1]).toMatchObject({ name: 'kubelet', folder: 'bin', path: 'programs/1.36.3/kubelet' });
  expect(release?.images.map(({ reference }) => reference)).toContain('registry.k8s.io/pause:3.10.2');
  expect(formatIndex(index)).toBe(text);
});

describe('an index is refused, with field, value and rule, when', () => {
  const digest = '0'.repeat(64);
  test.each<[string, string, string | RegExp]>([
    ['it is no JSON', 'PK\u0003\u0004', /JSON/],
    ['it is a list', '[]', 'the document is no object'],
    ['it is null', 'null', 'the document is no object'],
    ['it has no versions', '{"schemaVersion":1}', 'versions is no object'],
    ['its schema is newer', '{"schemaVersion":2,"versions":{}}', 'schemaVersion is 2: want 1'],
    ['its schema is not named', '{"versions":{}}', 'schemaVersion is missing: want 1'],
    ['it has a field more', '{"schemaVersion":1,"versions":{},"files":[]}', 'unknown field "files"'],
    ['a version is none', '{"schemaVersion":1,"versions":{"v1.36.3":{}}}', 'is "v1.36.3": want major.minor.patch'],
    ['a version is of the object', '{"schemaVersion":1,"versions":{"__proto__":{}}}', 'is "__proto__": want major'],
    [
      'an architecture is unknown',
      '{"schemaVersion":1,"versions":{"1.36.3":{"s390x":{}}}}',
      'is "s390x": want amd64 or arm64',
    ],
    ['a list is none', sampleIndex(({ images }) => ({ programs: {}, images })), '"1.36.3".amd64.programs is no list'],
    [
      'a list is endless',
      sampleIndex(({ images }) => ({ programs: Array(65).fill({}), images })),
      'no list of at most 64',
    ],
    ['a path leads out', withProgram({ path: '../kubeadm' }), 'programs[0].path is "../kubeadm": want a relative path'],
    ['a path leads out later', withProgram({ path: 'a/../../b' }), 'stays inside'],
    ['a path is absolute', withProgram({ path: '/etc/shadow' }), 'stays inside'],
    ['a path is hidden', withProgram({ path: 'a/.ssh/id' }), 'stays inside'],
    ['a path is escaped', withProgram({ path: 'a/%2e%2e/b' }), 'stays inside'],
    ['a path is of Windows', withProgram({ path: 'a\\..\\b' }), 'stays inside'],
    ['a path is an address', withProgram({ path: 'http://elsewhere/b' }), 'stays inside'],
    ['a path is empty', withProgram({ path: '' }), 'stays inside'],
    ['a path is endless', withProgram({ path: 'a/'.repeat(200) + 'a' }), 'at most 255 characters'],
    ['a size is none', withProgram({ bytes: 0 }), 'bytes is 0: want a whole number from 1'],
    ['a size is no number', withProgram({ bytes: '12' }), 'bytes is "12": want a whole number'],
    ['a size is endless', withProgram({ bytes: 2 ** 50 }), 'bytes is 1125899906842624: want'],
    ['a digest is short', withProgram({ sha256: digest.slice(1) }), 'want 64 hexadecimal digits'],
    ['a digest is upper case', withProgram({ sha256: 'A'.repeat(64) }), 'want 64 hexadecimal digits in lower case'],
    ['a name is a path', withProgram({ name: '../kubelet' }), 'name is "../kubelet": want a name in lower case'],
    ['a name is missing', withProgram({ name: undefined }), 'programs[0].name is missing'],
    ['a folder is another', withProgram({ folder: 'sbin' }), 'folder is "sbin": want bin or cni'],
    ['a program is listed twice', withProgram({ name: 'kubelet' }), 'program bin/kubelet is listed twice'],
    ['a reference has no tag', withImage({ reference: 'registry.k8s.io/pause' }), 'want an image reference with a tag'],
    ['a reference has words', withImage({ reference: 'a b:1' }), 'want an image reference with a tag'],
    ['a reference is an option', withImage({ reference: '--all:1' }), 'want an image reference with a tag'],
    ['an image is listed twice', withImage({ reference: 'registry.k8s.io/pause:3.10.2' }), 'is listed twice'],
    ['an image has a field more', withImage({ url: 'x' }), 'images[0] has the unknown field "url"'],
    ['a choice is no boolean', withImage({ controlPlaneOnly: 'no' }), 'controlPlaneOnly is "no": want true or false'],
  ])('%s', (_, text, message) => {
    expect(() => parseIndex(text)).toThrow(SyntaxError);
    expect(() => parseIndex(text)).toThrow(message);
  });
});
