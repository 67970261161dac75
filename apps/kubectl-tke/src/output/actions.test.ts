import { expect, test } from '@jest/globals';

import { actionsText } from './actions.ts';

test('few actions are told as they are', () => {
  expect(actionsText(['getPod', 'listPods', '*Secret*'])).toEqual(['getPod, listPods, *Secret*']);
});

test('many are told by verb, and patterns first; none is left out or changed', () => {
  expect(actionsText(['getPod', '*Secret*', 'getNode', 'listPods', 'list', 'getpod'])).toEqual([
    '*Secret*, list, getpod',
    'get: Pod, Node',
    'list: Pods',
  ]);
});
