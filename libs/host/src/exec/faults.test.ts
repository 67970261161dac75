import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import { HostPool } from '../host-pool.ts';
import { startCommand, startScriptedServer, type ScriptedCommand } from '../testing/scripted-server.ts';

jest.setTimeout(60_000);

let pool: HostPool;
let stop: (() => Promise<void>) | undefined;
beforeEach(() => {
  pool = new HostPool({ clock: systemClock, logger: discardLogger });
});
afterEach(async () => {
  pool.close();
  await stop?.();
});

async function hostWhose(onCommand: (command: ScriptedCommand) => void) {
  const server = await startScriptedServer(onCommand);
  stop = server.stop;
  return pool.host(server.target);
}

/** Output that is on its way before the connection breaks. */
function say(command: ScriptedCommand, text: string, then: () => void): void {
  startCommand(command);
  command.channel.write(text);
  setTimeout(then, 50);
}

describe('a connection that breaks', () => {
  test.each<[string, (command: ScriptedCommand) => void]>([
    ['by a reset', ({ socket }) => socket.resetAndDestroy()],
    ['by being closed', ({ socket }) => socket.end()],
    ['with the channel closed and no exit status', ({ channel }) => channel.close()],
  ])('%s during a command: ConnectionLost, no result, and the process lives on', async (_, breakIt) => {
    const host = await hostWhose((command) => say(command, 'partial', () => breakIt(command)));
    await expect(host.run(['true'])).rejects.toMatchObject({ code: 'ConnectionLost', class: 'Retryable' });
  });

  test('ends all that goes on over it, and the next command opens another', async () => {
    let breaking = true;
    const host = await hostWhose((command) =>
      say(command, 'text', () => {
        if (breaking) {
          command.socket.resetAndDestroy();
        } else {
          command.channel.exit(0);
          command.channel.close();
        }
      }),
    );
    const all = await Promise.allSettled([host.run(['a']), host.run(['b']), host.run(['c'])]);
    expect(all.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code)).toEqual(
      Array(3).fill('ConnectionLost'),
    );
    breaking = false;
    expect((await host.run(['d'])).stdout).toBe('text');
    expect(pool.stats()).toMatchObject({ connections: 1, opened: 2 });
  });

  test('while a stream is sent: ConnectionLost', async () => {
    const endless = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(16 * 1024)));
      },
    });
    const host = await hostWhose((command) => {
      startCommand(command);
      let received = 0;
      command.channel.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > 100_000) {
          command.socket.resetAndDestroy();
        }
      });
    });
    await expect(host.run(['cat'], { stdin: endless })).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(endless.destroyed).toBe(true);
  });
});

describe('a host that hangs', () => {
  test('before the command starts: the time limit holds', async () => {
    const host = await hostWhose(() => undefined);
    await expect(host.run(['true'], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'CommandTimeout',
      message: expect.stringContaining('did not start'),
    });
  });

  test('and does not even end the command when it should: the time limit holds', async () => {
    const host = await hostWhose((command) => (command.command.includes('killed') ? startCommand(command) : undefined));
    await expect(host.run(['killed'], { timeoutMs: 300 })).rejects.toMatchObject({ code: 'CommandTimeout' });
  });
});

test('a command that ends in the same packet in which it begins has its exit code and its output', async () => {
  const host = await hostWhose((command) => {
    command.socket.cork();
    startCommand(command);
    command.channel.write('at once');
    command.channel.exit(7);
    command.channel.close();
    process.nextTick(() => command.socket.uncork());
  });
  expect(await host.run(['true'], { exitCodes: [7] })).toMatchObject({ exitCode: 7, stdout: 'at once' });
});

test('a command that is too long for a host is refused before it is sent', async () => {
  const host = await hostWhose(() => undefined);
  await expect(host.run(['echo', 'x'.repeat(130_000)])).rejects.toMatchObject({ code: 'CommandTooLong', class: 'Bug' });
});
