import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy'
import { formatBytes } from '../../lib/terminal/format.ts'
import { visible } from '../../lib/visible.ts'
import { element } from './element.ts'
import type { Piece } from './model.ts'

type Node = HierarchyRectangularNode<Piece>

/** In pixels of the layout; the page scales it. */
const WIDTH = 1200
const HEIGHT = 560
/** Smaller tiles cannot be seen; the table lists them. */
const SMALLEST = 1.5
/** So wide and high is a tile with a name in it. */
const NAMED = { width: 60, height: 20 }

/** A map of the image in which areas are sizes; a tile with something in it opens it. */
export function treemapOf(root: Piece): HTMLElement {
  const map = element('div', { class: 'map', role: 'group', 'aria-label': 'Sizes' })
  const trail = element('nav', { class: 'trail', 'aria-label': 'Where you are in the image' })
  const detail = element('p', { class: 'detail', 'aria-live': 'polite' })
  const section = element('div', {}, trail, map, detail)
  const path: Piece[] = [root]

  map.addEventListener('keydown', event => {
    if (event.key === 'Escape' || event.key === 'Backspace') leave(path.length - 1)
    else if (event.key.startsWith('Arrow')) moveFocus(map, event.key)
    else return
    event.preventDefault()
  })
  show()
  return section

  /** Goes back to a place on the path, and focuses what it comes from. */
  function leave(depth: number) {
    if (depth < 1) return
    const from = path[depth]?.name
    path.length = depth
    show(from)
  }

  function enter(piece: Piece) {
    path.push(piece)
    show('')
  }

  /** @param focus the name of the tile that gets the focus, or empty for the first */
  function show(focus?: string) {
    const current = path.at(-1)!
    const total = layOut(current)
    trail.replaceChildren(
      ...path.map((piece, index) =>
        element(
          'button',
          {
            type: 'button',
            'aria-current': index === path.length - 1 && 'location',
            click: () => leave(index + 1),
          },
          index === 0 ? 'Image' : visible(piece.name),
        ),
      ),
    )
    const tiles = (total.children ?? []).filter(isVisible).map(node => tileOf(node, total.value!))
    map.replaceChildren(...tiles)
    detail.textContent = `${formatBytes(total.value!)} in ${(total.children ?? []).length} items`
    const focused = focus === undefined ? undefined : (tiles.find(({ title }) => title === focus) ?? tiles[0])
    focused?.focus()
  }

  function tileOf(node: Node, total: number): HTMLButtonElement {
    const { name, role, children } = node.data
    const size = `${formatBytes(node.value!)}, ${percent(node.value! / total)}`
    const describe = () => {
      detail.textContent = `${visible(name)}: ${size}`
    }
    const opens = children !== undefined
    const tile = element(
      'button',
      {
        type: 'button',
        class: `tile ${role}${opens ? '' : ' file'}`,
        title: name,
        'aria-label': `${visible(name)}, ${size}`,
        'data-bytes': node.value,
        focus: describe,
        mouseenter: describe,
        ...(opens && { click: () => enter(node.data) }),
      },
      ...(node.children ?? [])
        .filter(isVisible)
        .map(child => place(element('i', { 'aria-hidden': true }), child, node)),
    )
    if (node.x1 - node.x0 > NAMED.width && node.y1 - node.y0 > NAMED.height) {
      tile.append(element('b', {}, visible(shortName(name))), element('small', {}, formatBytes(node.value!)))
    }
    return place(tile, node, { x0: 0, y0: 0, x1: WIDTH, y1: HEIGHT })
  }
}

/** What is in a piece, and one level more. */
function layOut(piece: Piece): Node {
  const levels = hierarchy(piece)
    .sum(({ size, children }) => (children ? 0 : size))
    .sort((a, b) => b.value! - a.value!)
  return treemap<Piece>().tile(treemapSquarify).size([WIDTH, HEIGHT])(levels)
}

function isVisible({ x0, x1, y0, y1 }: Node): boolean {
  return x1 - x0 >= SMALLEST && y1 - y0 >= SMALLEST
}

type Box = Pick<Node, 'x0' | 'x1' | 'y0' | 'y1'>

/** Positions an element in one that has the place of a box. */
function place<E extends HTMLElement>(one: E, { x0, x1, y0, y1 }: Box, within: Box): E {
  const share = (from: number, to: number) => `${((to - from) * 100).toFixed(4)}%`
  const width = within.x1 - within.x0
  const height = within.y1 - within.y0
  one.style.left = share(within.x0 / width, x0 / width)
  one.style.top = share(within.y0 / height, y0 / height)
  one.style.width = share(x0 / width, x1 / width)
  one.style.height = share(y0 / height, y1 / height)
  return one
}

/** Without the release, which is longer than most tiles. */
function shortName(name: string): string {
  return name.replace(/\/\d{14}$/, '')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** Focuses the nearest tile in the direction of an arrow key. */
function moveFocus(map: HTMLElement, key: string) {
  const tiles = [...map.querySelectorAll<HTMLButtonElement>('.tile')]
  const from = centre(document.activeElement ?? map)
  const ahead = (tile: Element) => {
    const { x, y } = centre(tile)
    const along =
      { ArrowRight: x - from.x, ArrowLeft: from.x - x, ArrowDown: y - from.y, ArrowUp: from.y - y }[key] ?? 0
    const aside = Math.abs(/Up|Down/.test(key) ? x - from.x : y - from.y)
    return along <= 1 ? Number.POSITIVE_INFINITY : along + 2 * aside
  }
  const [nearest] = tiles
    .map(tile => ({ tile, distance: ahead(tile) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.distance - b.distance)
  nearest?.tile.focus()
}

function centre(one: Element) {
  const { left, top, width, height } = one.getBoundingClientRect()
  return { x: left + width / 2, y: top + height / 2 }
}
