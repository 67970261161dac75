import type { HostFacts as RecordedFacts } from '@tke/api-platform';
import type { HostFacts } from '@tke/host';
import type { DeepReadonly } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';

// Bounds of the schema (@tke/api-platform, status/host.ts).
const longestText = 255;
const mostInstalled = 32;

const text = (value: string): string => value.slice(0, longestText);
const kibibytes = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`;

/** Facts as status has them. */
export function recordedFacts(facts: HostFacts): RecordedFacts {
  const disk = facts.disks.find(({ path }) => path === '/var/lib');
  const installed = Object.entries(facts.installed).slice(0, mostInstalled);
  return {
    os: text(`${facts.os.id} ${facts.os.versionId}`.trim()),
    architecture: text(facts.architecture ?? facts.machine),
    kernel: text(facts.kernel),
    ...(facts.cgroup.version === undefined ? {} : { cgroupVersion: facts.cgroup.version }),
    cpus: facts.cpus,
    memory: kibibytes(facts.memory.totalBytes),
    ...(disk === undefined ? {} : { diskFree: kibibytes(disk.freeBytes) }),
    clockOffsetMilliseconds: facts.clock.aheadMs,
    installed: Object.fromEntries(installed.map(([name, version]) => [name, text(version)])),
  };
}

/** Whether they tell something new. What changes with each look is no reason to write a status. */
export function isNews(before: DeepReadonly<RecordedFacts> | undefined, now: RecordedFacts): boolean {
  return before === undefined || !jsonEqual(lasting(before), lasting(now));
}

function lasting(facts: DeepReadonly<RecordedFacts>): object {
  return { ...facts, diskFree: undefined, clockOffsetMilliseconds: undefined };
}
