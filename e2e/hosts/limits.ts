import { readFile, writeFile } from 'node:fs/promises';

/**
 * Hosts share the kernel, which counts for a user over all of them. A node takes some fifteen inotify instances; with
 * the default of 128 the eighth host comes up with failed units
 * (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files).
 */
const limits = { '/proc/sys/fs/inotify/max_user_instances': 8192, '/proc/sys/fs/inotify/max_user_watches': 524_288 };

/** Raises what is lower, where that may be done. It stays so until this machine boots again. */
export async function raiseLimits(): Promise<void> {
  for (const [file, wanted] of Object.entries(limits)) {
    if (Number(await readFile(file, 'utf8')) < wanted && process.getuid?.() === 0) {
      await writeFile(file, String(wanted));
    }
  }
}
