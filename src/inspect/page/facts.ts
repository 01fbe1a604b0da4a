import { formatBytes } from '../../lib/terminal/format.ts'
import { visible } from '../../lib/visible.ts'
import type { ImageContents } from '../contents.ts'
import { setuidPaths } from '../setuid.ts'
import { element } from './element.ts'

/** What one wants to know first. */
export function factsOf(contents: ImageContents): HTMLElement {
  const { app, service, target, start, tarballs, packages } = contents
  const own = packages.find(({ ident }) => ident === service)
  const sum = (of: (tarball: (typeof tarballs)[number]) => number) =>
    tarballs.reduce((sum, one) => sum + of(one), 0)
  const ports = app
    ? app.ports.map(({ name, port, protocol }) => `${name ?? port} (${protocol})`)
    : own?.exposes.map(String)
  const facts: [string, string | undefined][] = [
    ['Packed', formatBytes(sum(({ size }) => size))],
    ['Unpacked', formatBytes(sum(({ unpacked }) => unpacked))],
    ['Packages', `${packages.length}`],
    [
      tarballs.length === 1 ? 'Tarball' : 'Layers',
      tarballs.length === 1 ? tarballs[0]!.from : `${tarballs.length}`,
    ],
    ['Target', target],
    ['App', app?.id],
    ['Runs as', own && (own.svcUser ?? 'root')],
    ['Ports', ports?.join(', ') || 'none'],
    ['Binds', own?.binds.map(({ name, optional }) => (optional ? `${name} (optional)` : name)).join(', ')],
    ['Hooks', own?.hooks.join(', ')],
    ['Setuid', setuidPaths(contents).join(', ') || 'none'],
    ['Starts as', start && `${start.launcher} run ${service} ${start.arguments}`],
  ]
  return element(
    'dl',
    {},
    ...facts.flatMap(([name, text]) =>
      text
        ? [
            element(
              'div',
              { class: text.length > 40 && 'wide' },
              element('dt', {}, name),
              element('dd', {}, visible(text)),
            ),
          ]
        : [],
    ),
  )
}
