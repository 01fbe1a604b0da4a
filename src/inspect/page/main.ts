import { formatBytes } from '../../lib/terminal/format.ts'
import { visible } from '../../lib/visible.ts'
import type { ImageContents } from '../contents.ts'
import { element } from './element.ts'
import { factsOf } from './facts.ts'
import { graphOf } from './graph.ts'
import { rolesOf, treeOf } from './model.ts'
import { tableOf } from './table.ts'
import { treemapOf } from './treemap.ts'

// The script of the page that `mesosize inspect --html` writes.

const contents: ImageContents = JSON.parse(document.getElementById('contents')!.textContent!)
const roles = rolesOf(contents)
const { service, packages, generated } = contents

const text = (text: string) => ({ text: visible(text) })
const bytes = (size: number) => ({ text: formatBytes(size), order: size })
const count = (number: number) => ({ text: `${number}`, order: number })

const packageTable = tableOf(
  'Packages',
  [
    { heading: 'Package' },
    { heading: 'Unpacked', number: true },
    { heading: 'Files', number: true },
    { heading: 'Licence' },
  ],
  packages.map(({ ident, size, files, licenses }) => [
    text(ident),
    bytes(size),
    count(files.filter(({ type }) => type === 'file').length),
    text(licenses.join(', ')),
  ]),
)
const fileTable = tableOf(
  'Files',
  [{ heading: 'File' }, { heading: 'Size', number: true }, { heading: 'Mode' }, { heading: 'Package' }],
  [
    ...packages.flatMap(({ ident, files }) => files.map(file => ({ ...file, owner: ident }))),
    ...generated.map(file => ({ ...file, owner: 'root filesystem' })),
  ]
    .filter(({ type }) => type === 'file')
    .map(({ path, size, mode, owner }) => [
      text(path),
      bytes(size),
      text(mode.toString(8).padStart(4, '0')),
      text(owner),
    ]),
)

const legend = element(
  'p',
  { class: 'legend' },
  element('span', { class: 'service' }, 'the service'),
  element('span', { class: 'dependency' }, 'its dependencies'),
  element('span', { class: 'base' }, 'what starts it'),
)

document.title = `${visible(service ?? 'Image')} – contents`
document
  .querySelector('main')!
  .append(
    element(
      'header',
      {},
      element('p', { class: 'kind' }, 'Contents of the image'),
      element('h1', {}, visible(service ?? contents.tarballs.map(({ from }) => from).join(', '))),
      factsOf(contents),
    ),
    section('Sizes', legend, treemapOf(treeOf(contents, roles))),
    section('Dependencies', graphOf(contents, roles)),
    section('Packages', packageTable),
    section('Files', fileTable),
  )

function section(heading: string, ...content: Node[]): HTMLElement {
  return element('section', { 'aria-label': heading }, element('h2', {}, heading), ...content)
}
