import type { UploadSource } from '@tke/host';

export interface PlatformFile {
  /** Below the folder that was asked for; empty when a file was. */
  readonly path: string;
  readonly mode: number;
  readonly source: UploadSource;
}

/** The folder on the manager (flag --files) that `features.files[].src` names files and folders of. */
export interface PlatformFiles {
  /**
   * The file, or the regular files in the folder. Rejects with FileNotFound (NeedsUser), also for what leads out of the folder.
   */
  find(tenantID: string, src: string, signal: AbortSignal): Promise<readonly PlatformFile[]>;
}
