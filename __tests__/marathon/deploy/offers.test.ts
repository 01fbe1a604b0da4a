import { expect, test } from 'vitest'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { offerReasons } from '../../../src/marathon/deploy/offers.ts'

const item = { appId: '/a', count: 1, delay: 0, processedOffers: 7, rejections: [] }
const rejected = (reason: string) => ({ ...item, rejections: [{ reason, declined: 3, processed: 7 }] })

test.each<[string, JsonObject, RegExp]>([
  ['InsufficientPorts', {}, /not enough free ports\.$/],
  ['InsufficientPorts', { requirePorts: true }, /31000 to 32000.*Leave out requirePorts/],
  ['InsufficientMemory', { mem: 4096 }, /not enough memory: the app needs 4096 MiB/],
  ['InsufficientMemory', {}, /the app needs 128 MiB/],
  ['InsufficientCpus', { cpus: 16 }, /not enough CPUs: the app needs 16\./],
  ['InsufficientDisk', { disk: 10 }, /not enough disk space: the app needs 10 MiB/],
  ['InsufficientGpus', { gpus: 2 }, /not enough GPUs: the app needs 2/],
  ['UnfulfilledRole', { acceptedResourceRoles: ['slave_public'] }, /it accepts \["slave_public"\]/],
  ['UnfulfilledConstraint', { constraints: [['hostname', 'UNIQUE']] }, /\[\["hostname","UNIQUE"\]\]/],
  ['UnmatchedConstraint', { constraints: [['rack', 'LIKE', 'a']] }, /constraints do not allow/],
  ['AgentMaintenance', {}, /maintenance/],
  ['NoCorrespondingReservationFound', {}, /the volume that is reserved/],
  ['DeclinedScarceResources', {}, /reserved for apps that need them/],
  ['SomethingNew', {}, /"SomethingNew" \(Marathon's term\)/],
])('%s of %j', (reason, app, words) => {
  const [tasks, line, ...more] = offerReasons(rejected(reason), app, 0)
  expect(tasks).toBe('1 task waits to be started.')
  expect(line).toMatch(/^3 of 7 offers: /)
  expect(line).toMatch(words)
  expect(more).toEqual([])
})

test('no offers at all', () => {
  expect(offerReasons({ ...item, count: 3, processedOffers: 0 }, {}, 0)).toEqual([
    '3 tasks wait to be started.',
    expect.stringContaining('Mesos has not offered Marathon any resources for it yet'),
  ])
})

test('a pause after failures', () => {
  expect(offerReasons({ ...item, processedOffers: 0, delay: 240 }, {}, 0)).toEqual([
    '1 task waits to be started.',
    'After failures Marathon waits 240 more seconds before it starts the next task.',
  ])
})

test('reasons for which nothing was declined are left out', () => {
  const rejections = [{ reason: 'UnfulfilledRole', declined: 0, processed: 7 }]
  expect(offerReasons({ ...item, rejections }, {}, 0)).toEqual(['1 task waits to be started.'])
})

test.each([
  [3, 1, ['2 tasks wait to be started.']],
  [3, 2, ['1 task waits to be started.']],
  // All of them have had their offer.
  [2, 2, []],
])('of %d tasks in the queue %d are staged', (count, staged, lines) => {
  expect(offerReasons({ ...item, count }, {}, staged)).toEqual(lines)
})
