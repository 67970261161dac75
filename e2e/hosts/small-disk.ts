import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from './engine.ts';
import { isAlive, thisOwner } from './owner.ts';
import { tool } from './tool.ts';

const folder = join(cacheFolder(), 'bare-host', 'disks');

/** A file system of limited size: a file of this machine behind a loop device. Only root can make one. */
export interface SmallDisk {
  /** `/dev/loop3` */
  readonly device: string;
  readonly file: string;
}

export async function makeSmallDisk(name: string, mebibytes: number): Promise<SmallDisk> {
  const file = join(folder, `${thisOwner()}.${name}`);
  await mkdir(folder, { recursive: true });
  await tool('truncate', ['--size', `${mebibytes}M`, file]);
  await tool('mkfs.ext4', ['-q', '-F', '-m', '0', file]);
  // The engine copies the image's files into a volume that is empty only.
  await tool('debugfs', ['-w', '-R', 'rmdir lost+found', file]);
  const device = (await tool('losetup', ['--find', '--show', file])).trim();
  return { device, file };
}

export async function removeSmallDisk({ device, file }: SmallDisk): Promise<void> {
  await tool('losetup', ['--detach', device]);
  await rm(file, { force: true });
}

/** Removes those of runs that were killed. */
export async function removeAbandonedDisks(): Promise<void> {
  const loops = await tool('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE']).catch(() => '');
  for (const line of loops.split('\n')) {
    const [device = '', file = ''] = line.trim().split(/\s+/);
    if (file.startsWith(`${folder}/`) && !isAlive(file.slice(folder.length + 1).split('.')[0] ?? '')) {
      await removeSmallDisk({ device, file });
    }
  }
}
