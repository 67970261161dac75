import { expect, test } from '@jest/globals';

import {
  KubeTransportError,
  type ListOptions,
  type Reader,
  type WatchEvent,
  type WatchOptions,
} from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

import { memberErrors } from '../errors.ts';
import { MemberReader } from './member-reader.ts';

const { configMap } = coreKinds;

interface Script {
  readonly pages?: number;
  readonly onPage?: () => void;
  readonly failure?: Error;
}

/** Records what is asked; lists are of one page unless `pages` says otherwise, watches end after one bookmark. */
function scripted({ pages = 1, onPage, failure }: Script = {}) {
  const asked: (ListOptions | WatchOptions)[] = [];
  const reader = {
    async *listPages(_kind: unknown, options: ListOptions) {
      asked.push(options);
      for (let page = 0; page < pages; page++) {
        await Promise.resolve();
        yield { metadata: { resourceVersion: '7' }, items: [] };
        onPage?.();
      }
    },
    async *watch(_kind: unknown, options: WatchOptions): AsyncGenerator<WatchEvent<never>> {
      asked.push(options);
      await Promise.resolve();
      if (failure) {
        throw failure;
      }
      yield { type: 'BOOKMARK', resourceVersion: '8', initialEventsEnd: true };
    },
  } as unknown as Reader;
  return { asked, reader };
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const result of stream) {
    expect(result).toBeDefined();
  }
}

test('while the member does not answer nothing is sent; then it goes on where it was', async () => {
  const { asked, reader } = scripted();
  const subject = new MemberReader(reader);
  const list = drain(subject.listPages(configMap));
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  subject.open();
  await list;
  subject.close();
  const watch = drain(subject.watch(configMap, { resourceVersion: '7' }));
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(1);
  subject.open();
  await watch;
  expect(asked[1]).toEqual({ resourceVersion: '7' });
});

test('who stops while waiting need not wait for the member', async () => {
  const subject = new MemberReader(scripted().reader);
  const stop = new AbortController();
  const list = drain(subject.listPages(configMap, { signal: stop.signal }));
  stop.abort(new Error('stop'));
  await expect(list).rejects.toThrow('stop');
});

test('a version of another server is never used: the watch expires, and the list asks for the newest', async () => {
  const { asked, reader } = scripted();
  const subject = new MemberReader(reader);
  subject.open();
  await drain(subject.listPages(configMap));
  await drain(subject.watch(configMap, { resourceVersion: '7' }));
  subject.startOver();
  await expect(drain(subject.watch(configMap, { resourceVersion: '8' }))).rejects.toMatchObject({ httpStatus: 410 });
  expect(asked).toHaveLength(2);
  const relist = { resourceVersion: '8', resourceVersionMatch: 'NotOlderThan', limit: 5 } as const;
  await drain(subject.listPages(configMap, relist));
  expect(asked[2]).toEqual({ limit: 5 });
  await drain(subject.listPages(configMap, relist));
  expect(asked[3]).toEqual(relist);
});

test('the same for a streaming list', async () => {
  const { asked, reader } = scripted();
  const subject = new MemberReader(reader);
  subject.open();
  await drain(subject.watch(configMap, { sendInitialEvents: true }));
  subject.startOver();
  await drain(subject.watch(configMap, { sendInitialEvents: true, resourceVersion: '8' }));
  await drain(subject.watch(configMap, { resourceVersion: '9' }));
  expect(asked).toEqual([{ sendInitialEvents: true }, { sendInitialEvents: true }, { resourceVersion: '9' }]);
});

test('a list is not put together out of pages of two servers', async () => {
  const { reader } = scripted({ pages: 2, onPage: () => subject.startOver() });
  const subject = new MemberReader(reader);
  subject.open();
  await expect(drain(subject.listPages(configMap))).rejects.toMatchObject({ code: 'ConnectionLost' });
});

test('to informers a member that is not ready is a cut connection, after which they need not list again', async () => {
  const { reader } = scripted({ failure: memberErrors.MemberNotReady('not now') });
  const subject = new MemberReader(reader);
  subject.open();
  await expect(drain(subject.watch(configMap, { sendInitialEvents: true }))).rejects.toBeInstanceOf(KubeTransportError);
});
