import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { SystemdHost, uniqueName, waitFor } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import type { Host } from '../host.ts';
import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import { parseHostKeyPin } from '../ssh/host-key.ts';

jest.setTimeout(300_000);

const limitMs = 300_000;

describe('a job on a systemd host', () => {
  let machine: SystemdHost;
  let pool: HostPool;
  let host: Host;
  beforeAll(async () => {
    machine = await SystemdHost.start();
    pool = new HostPool({ clock: systemClock, logger: discardLogger });
    host = pool.host({
      address: '127.0.0.1',
      port: machine.port,
      user: 'root',
      credentials: { privateKey: new Secret(machine.key.privateKey) },
      hostKeys: { kind: 'pinned', pins: [parseHostKeyPin(machine.hostKey.publicKey)] },
    });
  });
  afterAll(async () => {
    pool.close();
    await machine.stop();
  });

  test('is a unit of its own, with output, input, environment and exit code', async () => {
    const id = uniqueName('job');
    const argv = ['sh', '-c', 'cat; echo "$COLOUR" >&2; cat /proc/self/cgroup; exit 7'];
    await host.jobs.start(id, argv, { limitMs, stdin: 'input\n', env: { COLOUR: 'red $x' } });
    let output = '';
    const end = await host.jobs.end(id, { intervalMs: 100, onOutput: (text) => void (output += text) });
    expect(end?.state).toMatchObject({ state: 'exited', exitCode: 7 });
    expect(output).toMatch(/^input\nred \$x\n/);
    expect(output).toContain(`system.slice/tke-${id}.service`);
    expect((await host.facts()).systemd?.version).toBeGreaterThan(200);
  });

  test('goes on when sshd is restarted with all it had started, and is adopted', async () => {
    const id = uniqueName('job');
    const argv = ['sh', '-c', 'while [ ! -e /tmp/release ]; do sleep 0.1; done; echo ended'];
    await host.jobs.start(id, argv, { limitMs });
    const suicide = host.run(['systemctl', 'kill', '--kill-who=all', '--signal=KILL', 'test-sshd']);
    await expect(suicide).rejects.toMatchObject({ code: 'ConnectionLost' });
    const back = () => host.run(['true']);
    await waitFor(back, { description: 'sshd is back', timeoutMs: 90_000 });
    expect(await host.jobs.start(id, argv, { limitMs })).toMatchObject({
      how: 'adopted',
      state: { state: 'running' },
    });
    await host.run(['touch', '/tmp/release']);
    expect((await host.jobs.end(id, { intervalMs: 100 }))?.state).toMatchObject({ state: 'exited', exitCode: 0 });
  });

  test('is cancelled with what left its session, and can be started again once it is forgotten', async () => {
    const id = uniqueName('job');
    const marker = uniqueName('marker');
    await host.jobs.start(id, ['sh', '-c', `setsid sh -c 'sleep 300; : ${marker}' & sleep 300; : ${marker}`], {
      limitMs,
    });
    await host.jobs.cancel(id);
    expect((await host.jobs.poll(id))?.state).toMatchObject({ state: 'exited', cancelled: true });
    expect((await host.run(['pgrep', '-fc', `^sh -c sleep 300; : ${marker}`], { exitCodes: [0, 1] })).stdout).toBe(
      '0\n',
    );
    await host.jobs.remove(id);
    expect(await host.jobs.start(id, ['true'], { limitMs })).toMatchObject({ how: 'new' });
  });

  test('that a reboot ended is known to have vanished, and the lock holds', async () => {
    const id = uniqueName('job');
    const argv = ['sleep', '300'];
    await host.lock.take({ cluster: 'uid-1', token: 7, holder: 'cls-1' });
    await host.jobs.start(id, argv, { limitMs });
    await machine.reboot();
    const poll = () => host.jobs.poll(id).catch(() => undefined); // the old connection is found broken first
    expect((await waitFor(poll, { description: 'the host answers', timeoutMs: 90_000 })).state).toEqual({
      state: 'vanished',
    });
    expect(await host.lock.read()).toMatchObject({ cluster: 'uid-1', token: 7 });
    expect(await host.jobs.start(id, argv, { limitMs })).toMatchObject({ how: 'again', state: { state: 'running' } });
    await host.jobs.cancel(id);
  });
});
