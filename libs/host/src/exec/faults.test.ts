import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { FakeClock, systemClock } from '@tke/time';

import { HostPool } from '../host-pool.ts';
import { endCommand, startCommand, startScriptedServer, type ScriptedCommand } from '../testing/scripted-server.ts';

let pool: HostPool;
let stop: (() => Promise<void>) | undefined;
beforeEach(() => {
  pool = new HostPool({ clock: systemClock, logger: discardLogger });
});
afterEach(async () => {
  pool.close();
  await stop?.();
});

async function hostWhose(onCommand: (command: ScriptedCommand) => void, refusals?: number) {
  const server = await startScriptedServer(onCommand, refusals);
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

test('a session that is refused because others have just ended is asked for again, but not for ever', async () => {
  const patient = await hostWhose(endCommand, 4);
  expect(await patient.run(['true'])).toMatchObject({ exitCode: 0 });
  await stop?.();
  const refused = (await hostWhose(endCommand, 5)).run(['true']);
  await expect(refused).rejects.toMatchObject({ code: 'SessionRefused', class: 'Retryable' });
});

test('between the tries for a session there is a pause, and nobody asks any longer once the caller has given up', async () => {
  const clock = new FakeClock();
  pool = new HostPool({ clock, logger: discardLogger });
  const begun: string[] = [];
  const host = await hostWhose((command) => {
    begun.push(['tried-again', 'given-up', 'between'].find((word) => command.command.includes(word)) ?? '');
    endCommand(command);
  }, 2);
  const giveUp = new AbortController();
  await host.hostKey();
  const triedAgain = host.run(['tried-again']);
  const givenUp = host.run(['given-up'], { signal: giveUp.signal });
  await clock.advance(0); // now both have asked
  const roundTrips = async () => {
    await host.run(['between']);
    await host.run(['between']); // by then all is said and done that was asked for before
  };
  await roundTrips();
  giveUp.abort(new Error('deposed'));
  await expect(givenUp).rejects.toThrow('deposed');
  await clock.advance(99);
  await roundTrips();
  expect(begun).toEqual(Array(4).fill('between'));
  await clock.advance(1);
  await triedAgain;
  await roundTrips();
  expect(begun).toEqual([...Array<string>(4).fill('between'), 'tried-again', 'between', 'between']);
});

test('a command that begins long after the caller has given up is ended, too', async () => {
  const clock = new FakeClock();
  pool = new HostPool({ clock, logger: discardLogger });
  const late = Promise.withResolvers<string>();
  let begun: ScriptedCommand | undefined;
  let first: ScriptedCommand | undefined;
  const host = await hostWhose((command) => {
    if (first === undefined) {
      first = command;
      endCommand(command);
    } else if (begun === undefined) {
      begun = command;
      startCommand(command);
    } else {
      late.resolve(command.command);
      endCommand(command);
      begun.channel.exit('TERM');
      begun.channel.close();
    }
  });
  await host.run(['true']);
  first?.socket.cork(); // the host takes its time
  const giveUp = new AbortController();
  const givenUp = expect(host.run(['true'], { signal: giveUp.signal })).rejects.toThrow('deposed');
  await clock.advance(0);
  giveUp.abort(new Error('deposed'));
  await clock.advance(2_000);
  await givenUp;
  expect(begun).toBeUndefined();
  first?.socket.uncork();
  expect(await late.promise).toContain('kill -s TERM');
});

test('a command that begins while the caller gives up is ended, too', async () => {
  pool = new HostPool({ clock: new FakeClock(), logger: discardLogger });
  const giveUp = new AbortController();
  const asked: string[] = [];
  let begun: ScriptedCommand | undefined;
  const host = await hostWhose((command) => {
    if (begun === undefined) {
      begun = command;
      giveUp.abort(new Error('deposed')); // before the answer of the host has arrived
      startCommand(command);
    } else {
      asked.push(command.command);
      endCommand(command);
      begun.channel.exit('TERM');
      begun.channel.close();
    }
  });
  await expect(host.run(['true'], { signal: giveUp.signal })).rejects.toThrow('deposed');
  expect(asked).toEqual([expect.stringContaining('kill -s TERM')]);
});

describe('a host that hangs', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
    pool = new HostPool({ clock, logger: discardLogger });
  });

  test('before the command starts: the time limit holds', async () => {
    const host = await hostWhose((command) => (command.command.includes('hanging') ? undefined : endCommand(command)));
    const refused = expect(host.run(['hanging'], { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'CommandTimeout',
      message: expect.stringContaining('did not start within 30 s'),
    });
    await host.run(['between']); // by then all has arrived that the host said before
    await clock.advance(60_000);
    await refused;
  });

  test('and does not even end the command when it should: the time limit holds', async () => {
    const asked = Promise.withResolvers<undefined>();
    const host = await hostWhose((command) => {
      if (command.command.includes('killed')) {
        startCommand(command);
      } else if (command.command.includes('between')) {
        endCommand(command);
      } else {
        asked.resolve(undefined);
      }
    });
    const refused = expect(host.run(['killed'], { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'CommandTimeout',
    });
    await host.run(['between']); // by then all has arrived that the host said before
    await clock.advance(30_000);
    await asked.promise;
    await clock.advance(30_000);
    await refused;
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
