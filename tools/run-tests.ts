// Runs every test suite and prints their true sum as the last line: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Suite {
  readonly name: string;
  readonly project: 'unit' | 'integration' | 'e2e';
  readonly environment: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

interface Sums {
  readonly passed: number;
  readonly failed: number;
}

/** The part of Jest's --json report that is read. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

// docs/adr/0024: what another version of the API server may do in another way.
const onServers = [
  '/libs/api/',
  '/libs/authz/',
  '/libs/kube-client/',
  '/libs/policy/',
  '/libs/runtime/',
  '/libs/webhook/src/certificates/',
  '/libs/webhook/src/sar/',
  '/libs/member-cluster/src/hub/',
  '/libs/platform/src/admission/',
  '/libs/platform/src/authorization/',
  '/libs/platform/src/machine/',
  '/libs/business/src/credential/',
  '/libs/business/src/members/',
  '/libs/business/src/namespace/namespace\\.int',
  '/libs/business/src/project/project\\.int',
  '/tools/generate/',
];

// Each worker has a control plane of its own and waits for it: on two cores, four of them leave none idle.
const servers = '--maxWorkers=4';

// These go by the clock, so nothing else may run beside them. The others wait for hubs, hosts and deadlines most of the time.
const timed = '/e2e/(authorization-faults|leader|soak)';

// The floor of docs/adr/0002: what works on the newest server must work on the oldest supported one.
const suites: readonly Suite[] = [
  { name: 'unit', project: 'unit', environment: {}, flags: ['--maxWorkers=2'] },
  { name: 'integration', project: 'integration', environment: {}, flags: [servers] },
  {
    name: 'integration on the floor',
    project: 'integration',
    environment: { K8S: '1.32' },
    flags: [servers, '--testPathPatterns', onServers.join('|')],
  },
  { name: 'e2e by the clock', project: 'e2e', environment: {}, flags: ['--runInBand', '--testPathPatterns', timed] },
  { name: 'e2e', project: 'e2e', environment: {}, flags: ['--maxWorkers=2', '--testPathIgnorePatterns', timed] },
];

function runSuite(suite: Suite, reports: string): Sums {
  const report = join(reports, `${suite.name}.json`);
  process.stderr.write(`\n== ${suite.name}\n`);
  const { status } = spawnSync(
    'jest',
    ['--selectProjects', suite.project, '--json', '--outputFile', report, ...suite.flags],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...suite.environment,
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    },
  );
  const sums = readSums(report);
  // Jest may fail without a failed test, e.g. in its global set-up: that must not count as green.
  return status === 0 || sums.failed > 0 ? sums : { passed: sums.passed, failed: 1 };
}

function readSums(report: string): Sums {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as JestReport;
    return { passed: numPassedTests, failed: numFailedTests + numPendingTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** A folder that is renamed must not leave a suite silently. */
function checkPatterns(): void {
  const files = globSync('{libs,tools}/**/*.int.test.ts').map((path) => `/${path}`);
  const idle = onServers.filter((pattern) => !files.some((path) => new RegExp(pattern).test(path)));
  if (idle.length > 0) {
    throw new Error(`no integration test is in ${idle.join(', ')}`);
  }
}

function main(): void {
  checkPatterns();
  const { values } = parseArgs({ options: { sums: { type: 'string' } } });
  const reports = mkdtempSync(join(tmpdir(), 'tke-tests-'));
  try {
    const results = suites.map((suite) => ({
      suite,
      startedAt: performance.now(),
      sums: runSuite(suite, reports),
      endedAt: performance.now(),
    }));
    for (const { suite, startedAt, sums, endedAt } of results) {
      const seconds = ((endedAt - startedAt) / 1000).toFixed(0);
      process.stdout.write(`${suite.name}: ${sums.passed} passed, ${sums.failed} failed in ${seconds} s\n`);
    }
    const passed = results.reduce((sum, { sums }) => sum + sums.passed, 0);
    const failed = results.reduce((sum, { sums }) => sum + sums.failed, 0);
    const line = `${passed} passed, ${failed} failed\n`;
    if (values.sums !== undefined) {
      writeFileSync(values.sums, line);
    }
    process.stdout.write(line);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

main();
