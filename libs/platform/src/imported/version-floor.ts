import type { CodedError } from '@tke/errors';

import { importErrors } from './errors.ts';

const floor = [1, 28] as const;

/** Undefined for a Kubernetes that is new enough to be worked with; `gitVersion` as `/version` has it. */
export function versionProblem(gitVersion: string): CodedError | undefined {
  const [major, minor] = floor;
  const found = /^v?(\d{1,4})\.(\d{1,4})\b/.exec(gitVersion);
  const isEnough =
    found !== null && (Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor));
  return isEnough
    ? undefined
    : importErrors.VersionTooOld(`the cluster runs Kubernetes ${gitVersion}; ${floor.join('.')} or newer is needed`);
}
