import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { freePort, startLoad, stopProcess, waitFor, type LoadReport } from '@tke/envtest';
import { systemClock as clock } from '@tke/time';

import { Balancer, loopback } from './balancer.ts';
import { grant, HubUnderTest, knownReviews, patience, repository } from './hub-under-test.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(10 * minutes);
const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const webhook = '/auth/authz';

let hub: HubUnderTest;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  await hub.must(['apply', '-k', join(repository, 'config/samples')]);
  await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', 'pb,rlb,grp,rol', '--all']);
  await until('alice', 'list pods', true);
}, 15 * minutes);

afterAll(() => hub.remove(), 5 * minutes);

function until(user: string, question: string, answer: boolean): Promise<unknown> {
  return waitFor(async () => (await hub.can(user, ...question.split(' '))).startsWith('yes') === answer, {
    description: `${user} ${answer ? 'may' : 'may not'} ${question}`,
    timeoutMs: patience,
  });
}

/**
 * Each answer is right, but for reviews that were under way when a server was killed, or when this machine stood still for as long as
 * the API server waits: those fail, and fail closed.
 */
function expectNoneWrong(report: LoadReport, underWay: number): void {
  const { failed = 0, ...answers } = report.answers;
  expectAllRight({ ...report, answers });
  expect(failed).toBeLessThanOrEqual(underWay);
}

function expectAllRight({ answered, answers, wrong, wrongExamples, unanswered, refused }: LoadReport): void {
  expect({ wrong, wrongExamples, unanswered, refused }).toEqual({
    wrong: 0,
    wrongExamples: [],
    unanswered: {},
    refused: {},
  });
  // A load that asked nothing would prove nothing.
  expect(answered).toBeGreaterThan(20);
  expect(Object.keys(answers).sort()).toEqual(['allow', 'deny', 'noOpinion']);
}

function authoredRule(name: string, spec: Readonly<Record<string, string>>) {
  return { apiVersion: 'auth.tkestack.io/v1', kind: 'Rule', metadata: { name }, spec };
}

test('with the manager dead, what was granted stays granted, and Rules still change decisions', async () => {
  const { revive } = await hub.kill('manager');
  const load = startLoad({ ...(await hub.webhookTarget()), requests: knownReviews(webhook), perSecond: 200 });

  await until('alice', 'list endpoints', false);
  await hub.apply(
    authoredRule('rul-hand-row', { ptype: 'p', v0: 'pol-hand', v1: '*', v2: '*', v3: 'listEndpoints', v4: 'allow' }),
  );
  await hub.apply(authoredRule('rul-hand-link', { ptype: 'g', v0: 'default##user##alice', v1: 'pol-hand', v2: '*' }));
  await until('alice', 'list endpoints', true);
  await hub.must(['delete', 'rule', 'rul-hand-link', 'rul-hand-row']);
  await until('alice', 'list endpoints', false);

  const report = await load.stop();
  await revive();
  expectAllRight(report);
});

test('of two replicas of the webhook each can be killed under load without one wrong answer of the API server', async () => {
  const { command, revive } = await hub.kill('authz-webhook');
  const { ports } = await hub.settings();
  const first = await freePort(Math.random);
  const second = await freePort(Math.random, [first]);
  const start = (port: number) => hub.startWebhook(`webhook-${port}`, port, command);
  const [one, two] = [await start(first), await start(second)];
  const balancer = await Balancer.listen(loopback(ports.authzWebhook), [first, second].map(loopback));

  const connections = 16;
  const requests = knownReviews(reviews).map((each) => ({ ...each, right: [...each.right, 'failed'] }));
  const load = startLoad({ ...(await hub.apiServerTarget()), requests, perSecond: 200, connections });
  await clock.sleep(2_000);
  one.kill('SIGKILL');
  await one.untilExit();
  await clock.sleep(2_000);
  const again = await start(first);
  two.kill('SIGKILL');
  await two.untilExit();
  await clock.sleep(2_000);

  const report = await load.stop();
  await balancer.close();
  await stopProcess(again, { graceMs: 15_000, clock });
  await revive();
  await until('alice', 'list pods', true);
  // One on each connection at either kill; as many again for times in which the machine stands still, once or twice.
  expectNoneWrong(report, 4 * connections);
});

test('with the API server dead, the webhook goes on from what it knows, and hears of changes once it is back', async () => {
  const load = startLoad({ ...(await hub.webhookTarget()), requests: knownReviews(webhook), perSecond: 200 });
  const { revive } = await hub.kill('kube-apiserver');
  await clock.sleep(3_000);
  await revive();
  await waitFor(async () => (await hub.kubectl(['get', '--raw', '/readyz'])).code === 0, {
    description: 'the API server is back',
    timeoutMs: patience,
  });

  const { policy, binding } = grant('afterwards', 'alice', ['listEndpoints']);
  await hub.apply(policy);
  await hub.apply(binding);
  await until('alice', 'list endpoints', true);
  await hub.must(['delete', 'policybinding', binding.metadata.name]);
  await until('alice', 'list endpoints', false);

  expectAllRight(await load.stop());
});
