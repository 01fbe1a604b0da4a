import { visible } from '../../lib/visible.ts'
import type { ImageContents } from '../contents.ts'
import { element, svg } from './element.ts'
import { type Layered, layersOf, type Role } from './model.ts'

const COLUMN = 230
const ROW = 44
const BOX = { width: 180, height: 34 }
const LONGEST = 24

/** Who depends on whom, from the service to the right. Hovering or focusing a package shows its paths. */
export function graphOf(contents: ImageContents, roles: ReadonlyMap<string, Role>): HTMLElement {
  const { layers, edges } = layersOf(contents)
  const rows = Math.max(0, ...layers.map(({ length }) => length))
  const places = new Map(
    layers.flatMap((layer, column) =>
      layer.map((ident, row) => {
        const y = (row + (rows - layer.length) / 2) * ROW + 4
        return [ident, { x: column * COLUMN + 4, y }] as const
      }),
    ),
  )
  const width = Math.max(1, layers.length) * COLUMN
  const height = rows * ROW + 8
  const lines = edges.map(([from, to]) => ({ from, to, line: lineOf(places.get(from)!, places.get(to)!) }))
  const boxes = [...places].map(([ident, at]) => ({ ident, box: boxOf(ident, at, roles.get(ident)!) }))

  for (const { ident, box } of boxes) {
    const light = () => highlight(pathsThrough(ident, edges))
    for (const event of ['mouseenter', 'focus']) box.addEventListener(event, light)
    for (const event of ['mouseleave', 'blur']) box.addEventListener(event, () => highlight(undefined))
  }
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': 'Dependencies' },
    ...lines.map(({ line }) => line),
    ...boxes.map(({ box }) => box),
  )
  return element(
    'div',
    { class: 'scroll graph', tabindex: 0, role: 'region', 'aria-label': 'Dependencies' },
    picture,
  )

  function highlight(idents: ReadonlySet<string> | undefined) {
    for (const { ident, box } of boxes)
      box.classList.toggle('dim', idents !== undefined && !idents.has(ident))
    for (const { from, to, line } of lines) {
      line.classList.toggle('dim', idents !== undefined && !(idents.has(from) && idents.has(to)))
      line.classList.toggle('lit', idents?.has(from) === true && idents.has(to))
    }
  }
}

interface Place {
  x: number
  y: number
}

function boxOf(ident: string, { x, y }: Place, role: Role): SVGGElement {
  const [origin = '', name = '', version = ''] = ident.split('/')
  return svg(
    'g',
    {
      class: `box ${role}`,
      tabindex: 0,
      role: 'img',
      'aria-label': visible(ident),
      transform: `translate(${x} ${y})`,
    },
    svg('title', {}, visible(ident)),
    svg('rect', { width: BOX.width, height: BOX.height, rx: 5 }),
    svg('text', { x: 10, y: 15 }, shorten(`${origin}/${name}`)),
    svg('text', { x: 10, y: 28, class: 'version' }, shorten(version)),
  )
}

function lineOf(from: Place, to: Place): SVGPathElement {
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 }
  const end = { x: to.x, y: to.y + BOX.height / 2 }
  const bend = (end.x - start.x) / 2
  const d = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`
  return svg('path', { d, class: 'edge' })
}

function shorten(text: string): string {
  const shown = visible(text)
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown
}

/** A package, all that depend on it, and all that it depends on. */
function pathsThrough(ident: string, edges: Layered['edges']): Set<string> {
  const below = new Set([ident])
  for (const one of below) for (const [from, to] of edges) if (from === one) below.add(to)
  const above = new Set([ident])
  for (const one of above) for (const [from, to] of edges) if (to === one) above.add(from)
  return new Set([...below, ...above])
}
