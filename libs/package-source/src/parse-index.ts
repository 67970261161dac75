import { JsonValue } from './json-value.ts';
import type { IndexedFile, IndexedImage, IndexedProgram, IndexedRelease, PackageIndex } from './package-index.ts';
import type { Architecture } from './package-source.ts';

const mostVersions = 64;
const mostFiles = 64;
const mostFileBytes = 16 * 2 ** 30;
const longestPath = 255;

/** The index, or a SyntaxError that names the field, its value and the rule. */
export function parseIndex(text: string): PackageIndex {
  const { schemaVersion, versions } = new JsonValue(JSON.parse(text)).fields('schemaVersion', 'versions');
  schemaVersion.oneOf(1);
  const entries = versions.entries(mostVersions).map(([version, releases]) => {
    new JsonValue(version, 'a key of versions').string(isRelease, 'major.minor.patch');
    return [version, releasesOf(releases)] as const;
  });
  return { versions: new Map(entries) };
}

function releasesOf(value: JsonValue): ReadonlyMap<Architecture, IndexedRelease> {
  const entries = value.entries(2).map(([key, release]) => {
    const architecture = new JsonValue(key, 'an architecture').oneOf('amd64', 'arm64');
    const { programs, images } = release.fields('programs', 'images');
    return [
      architecture,
      {
        programs: unique(programs.list(mostFiles).map(program), ({ folder, name }) => `program ${folder}/${name}`),
        images: unique(images.list(mostFiles).map(image), ({ reference }) => `image ${reference}`),
      },
    ] as const;
  });
  return new Map(entries);
}

function program(value: JsonValue): IndexedProgram {
  const { version, folder, ...rest } = value.fields('name', 'path', 'bytes', 'sha256', 'version', 'folder');
  return {
    ...file(rest),
    version: version.string((text) => /^[\w.+-]{1,64}$/.test(text), 'a version'),
    folder: folder.oneOf('bin', 'cni'),
  };
}

function image(value: JsonValue): IndexedImage {
  const names = ['name', 'path', 'bytes', 'sha256', 'reference', 'controlPlaneOnly'] as const;
  const { reference, controlPlaneOnly, ...rest } = value.fields(...names);
  return {
    ...file(rest),
    reference: reference.string(isReference, 'an image reference with a tag'),
    controlPlaneOnly: controlPlaneOnly.oneOf(true, false),
  };
}

function file(fields: Readonly<Record<keyof IndexedFile, JsonValue>>): IndexedFile {
  return {
    name: fields.name.string((text) => /^[a-z0-9][a-z0-9.-]{0,62}$/.test(text), 'a name in lower case'),
    path: fields.path.string(isInside, `a relative path of at most ${longestPath} characters that stays inside`),
    bytes: fields.bytes.count(mostFileBytes),
    sha256: fields.sha256.string((text) => /^[0-9a-f]{64}$/.test(text), '64 hexadecimal digits in lower case'),
  };
}

function isRelease(text: string): boolean {
  return /^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(text);
}

function isReference(text: string): boolean {
  return /^[a-z0-9][a-z0-9._/:-]{0,200}$/i.test(text) && /:\w[\w.-]{0,127}$/.test(text);
}

/** Whether a path, joined to a folder or a URL, stays below it. */
function isInside(path: string): boolean {
  return path.length <= longestPath && path.split('/').every((segment) => /^[\w+-][\w.+-]*$/.test(segment));
}

function unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const seen = new Set<string>();
  for (const item of items) {
    const found = key(item);
    if (seen.has(found)) {
      throw new SyntaxError(`${found} is listed twice`);
    }
    seen.add(found);
  }
  return items;
}
