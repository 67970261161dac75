import { rm } from 'node:fs/promises';

import { stopDetached } from '@tke/envtest';

import { apps } from '../build.ts';
import { stopApplication } from './applications.ts';
import type { HubLayout } from './layout.ts';

/** Ends every process of a hub, ours before those they talk to. With `clean` its data goes too. */
export async function down(layout: HubLayout, clean: boolean): Promise<void> {
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
