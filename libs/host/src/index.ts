export { CommandError, errors as hostErrors } from './errors.ts';
export type { CommandFailure } from './errors.ts';
export { failureCode } from './exec/failure.ts';
export type { Run, RunOptions, RunResult } from './exec/run-options.ts';
export type { LockGuard } from './exec/wrapper.ts';
export type { AddressFacts, CpuArchitecture, DiskFacts, HostFacts, ModuleState, RouteFacts } from './facts/facts.ts';
export type { FileKind, FileStat } from './files/file-stat.ts';
export { localFile } from './files/files.ts';
export type {
  FileOptions,
  HostFiles,
  ReadOptions,
  UploadOptions,
  UploadSource,
  WriteOptions,
  WriteOutcome,
} from './files/files.ts';
export { HostPool } from './host-pool.ts';
export type { FactsOptions, Host, HostOptions } from './host.ts';
export type { JobState } from './jobs/job-state.ts';
export type { HostJobs, JobEnd, JobOptions, PolledJob, PollOptions, StartedJob, StartJobOptions } from './jobs/jobs.ts';
export type { HeldLock, HostLock, LockClaim, LockOptions } from './lock/lock.ts';
export type { LockRecord } from './lock/lock-record.ts';
export type { PoolOptions, PoolStats } from './pool/connection-pool.ts';
export { Redactor, Secret } from './secret.ts';
export { commandLine, quote } from './shell/quote.ts';
export { parseHostKeyPin } from './ssh/host-key.ts';
export type { HostKey, HostKeyPin } from './ssh/host-key.ts';
export { targetName, targetSecrets } from './ssh/target.ts';
export type { Credentials, HostKeyPolicy, HostTarget, Via } from './ssh/target.ts';
