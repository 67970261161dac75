export type FileKind = 'file' | 'folder' | 'link' | 'other';

export interface FileStat {
  readonly kind: FileKind;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  readonly modifiedMs: number;
}

const kinds: Readonly<Record<string, FileKind>> = {
  'regular file': 'file',
  'regular empty file': 'file',
  directory: 'folder',
  'symbolic link': 'link',
};

/** Reads `stat -c '%F|%s|%a|%u|%g|%U|%G|%Y'`. */
export function parseStat(line: string): FileStat {
  const [kind = '', bytes, mode = '', uid, gid, owner = '', group = '', seconds] = line.trim().split('|');
  return {
    kind: kinds[kind] ?? 'other',
    bytes: Number(bytes),
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    owner,
    group,
    modifiedMs: Number(seconds) * 1000,
  };
}
