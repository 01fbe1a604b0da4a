import { join } from 'node:path'
import { writeHart } from '../__tests__/testkit/hart.ts'
import { originKey } from '../__tests__/testkit/origin-key.ts'
import type { Variant } from './rounds.ts'
import { partIdents, type Tree } from './tree.ts'
import { cacheOf, cliCommand, emptyBefore, harts, homeOf, type Place } from './variants.ts'

/** How many services. */
const COUNT = 20

/** Services that share all packages of a tree but their own, exported one after another with one cache. */
export async function services(tree: Tree, place: Place): Promise<Variant[]> {
  const artifacts = join(place.scratch, 'services')
  const idents = Array.from({ length: COUNT }, (_, index) => `own/service-${index}/1.0.0/20240101000000`)
  for (const ident of idents) {
    const files = { 'hooks/run': '#!/bin/sh\nexec sleep infinity\n' }
    await writeHart(artifacts, {
      key: originKey('own'),
      package: { ident, deps: partIdents(tree.packages), files },
    })
  }
  const options = ['--artifacts', artifacts, '--cache', cacheOf(place)]
  const exportAll = (chosen: readonly string[]) => ({
    // The first word has the idents, the others are the command, which gets one ident at its end.
    command: [
      ...['sh', '-c', 'idents=$1; shift; for ident in $idents; do "$@" "$ident" || exit; done', 'sh'],
      chosen.join(' '),
      ...cliCommand(harts(tree).slice(1), place, options),
    ],
    env: homeOf(place),
    before: () => emptyBefore(place),
  })
  return [
    { name: 'One service', ...exportAll(idents.slice(0, 1)) },
    { name: `${COUNT} services`, against: 'One service', ...exportAll(idents) },
  ]
}
