import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, read } from './documents.ts'

const { FLOORS }: { FLOORS: readonly (readonly string[])[] } = await import(
  join(ROOT, '.dependency-cruiser.js')
)

/** The picture of CONTRIBUTING.md. A node is written `id[room/<br>what it is]`, or as its id where it is repeated. */
const picture = /```mermaid\n(.*?)```/s.exec(read('CONTRIBUTING.md'))?.[1] ?? ''
const rooms = new Map([...picture.matchAll(/(\w+)\[([\w-]+)\//g)].map(([, id = '', room = '']) => [id, room]))
const arrows = [...picture.matchAll(/^ *(\w+)(?:\[.*?])? --> (\w+)/gm)].map(
  ([, from = '', to = '']) => [rooms.get(from), rooms.get(to)] as const,
)
const floorOf = (room: string | undefined) => FLOORS.findIndex(floor => floor.some(each => each === room))

test('the floors contain each folder of src/ once', () => {
  const folders = readdirSync(join(ROOT, 'src'))
  expect(FLOORS.flat().toSorted()).toEqual(folders.toSorted())
})

test('the picture shows each room once', () => {
  const shown = [...picture.matchAll(/\[([\w-]+)\//g)].map(([, room]) => room)
  expect(shown.toSorted()).toEqual(FLOORS.flat().toSorted())
})

test('each arrow of the picture leads from a room to a floor below it', () => {
  expect(arrows).toHaveLength(picture.match(/-->/g)?.length ?? 0)
  expect(arrows.filter(([from, to]) => floorOf(from) < 0 || floorOf(from) >= floorOf(to))).toEqual([])
})

test('every room but the front doors is below another', () => {
  const below = new Set(arrows.map(([, to]) => to))
  expect(
    FLOORS.slice(1)
      .flat()
      .filter(room => !below.has(room)),
  ).toEqual([])
})

test('CONTRIBUTING.md lists what .ci/run installs', () => {
  const installed = /^packages=\((.*)\)$/m.exec(read('.ci/run'))?.[1]?.split(' ')
  const listed = /so needs root: ([^.]*)\./.exec(read('CONTRIBUTING.md'))?.[1]?.split(', ')
  expect(installed).toContain('busybox-static')
  expect(listed).toEqual(installed)
})

test('CONTRIBUTING.md lists every script of package.json that a person runs', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const page = read('CONTRIBUTING.md')
  // `npm cit` runs it.
  const missing = Object.keys(scripts).filter(name => name !== 'test' && !page.includes(`npm run ${name}`))
  expect(missing).toEqual([])
})
