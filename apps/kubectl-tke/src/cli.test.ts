import { expect, test } from '@jest/globals';

import { run } from './cli.ts';

async function cli(...argv: string[]) {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    input: () => Promise.resolve(''),
  };
  return { code: await run(argv, terminal, new AbortController().signal), ...written };
}

test('help is an answer, also of each command', async () => {
  expect(await cli('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('simulate -f') });
  for (const name of ['why', 'who-can', 'can-i', 'simulate', 'me', 'quota', 'credential']) {
    expect(await cli(name, '-h')).toMatchObject({ code: 0, out: expect.stringContaining(`kubectl tke ${name} `) });
  }
  expect((await cli()).code).toBe(2);
});

test.each([
  [['nope'], 'there is no command "nope"'],
  [['why', 'alice', 'list'], 'a user, a verb and a resource'],
  [['why', 'alice', 'list', 'pods', 'x'], 'a user, a verb and a resource'],
  [['why', '--nope'], "'--nope'"],
  [['who-can', 'list'], 'a verb and a resource'],
  [['can-i', '--list'], '--as <user>'],
  [['can-i', '--as=alice'], '--list'],
  [['simulate'], '--filename'],
  [['quota', 'prj-a', 'prj-b'], 'one project at most'],
  [['me', '--nope'], "'--nope'"],
  [['credential'], 'the name of one Namespace'],
  [['credential', 'cls-a-web', '--type', 'password'], '--type is "password"'],
  [['credential', 'cls-a-web', '--days', '1.5'], '--days is "1.5"'],
  [['simulate', '-f', '/nowhere/x.yaml'], '/nowhere/x.yaml'],
  [['why', 'a', 'get', 'pods', '-o', 'xml'], '--output is "xml"'],
  [['why', 'a', 'get', 'pods', '--kubeconfig', '/nowhere/config'], '/nowhere/config'],
  [['who-can', 'get', '\u001b[31mpods', '--kubeconfig=/nowhere/\u001b[2J'], '?[2J'],
])('%j is an error that names what is wrong, with a remedy, and exit code 2', async (argv, message) => {
  const { code, out, err } = await cli(...argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
  expect(err).not.toContain('\u001b');
  expect(err.trim().split('\n')).toHaveLength(2);
});
