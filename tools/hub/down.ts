import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { stopDetached } from '@tke/envtest';

import { apps } from '../build.ts';
import { stopApplication } from './applications.ts';
import type { HubLayout } from './layout.ts';

/**
 * Ends every process of a hub, ours before those they talk to. With `clean` its data goes too; throws, before it does anything,
 * when the folder is not one that `up` made.
 */
export async function down(layout: HubLayout, clean: boolean): Promise<void> {
  if (clean && !isRemovable(layout)) {
    throw new Error(`${layout.folder} is not the folder of a hub: it has no hub.json, or a .git; nothing is removed`);
  }
  for (const app of apps) {
    await stopApplication(layout, app);
  }
  await stopDetached(layout.folder);
  if (clean) {
    await rm(layout.folder, { recursive: true, force: true });
  }
  process.stderr.write(
    clean ? 'The hub and its data are gone.\n' : 'The hub is down; make up continues with its data.\n',
  );
}

/** `--dir` takes any path: only what is surely a hub, or is not there, may be removed with everything in it. */
function isRemovable({ folder, settings }: HubLayout): boolean {
  return !existsSync(folder) || (existsSync(settings) && !existsSync(join(folder, '.git')));
}
