import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeHart } from '../__tests__/testkit/hart.ts'
import { BUSYBOX } from '../__tests__/testkit/machine.ts'
import { originKey } from '../__tests__/testkit/origin-key.ts'
import { examplePackages } from '../examples/make.ts'
import type { Variant } from './rounds.ts'
import type { Tree } from './tree.ts'
import { cliCommand, empty, harts, homeOf, type Place } from './variants.ts'

/** Newer than that of the other launchers. */
const RELEASE = '20240103000000'

/**
 * What a task does on an agent once its file is there, until the launcher would run, compared with unpacking the file.
 * The launcher is one that ends at once.
 */
export async function onAgent(tree: Tree, place: Place): Promise<Variant[]> {
  const artifacts = join(place.scratch, 'agent-artifacts')
  const exported = join(place.scratch, 'agent')
  for (const spec of examplePackages(BUSYBOX).filter(({ ident }) => ident.startsWith('stand-in/'))) {
    await writeHart(artifacts, { key: originKey('stand-in'), package: spec })
  }
  await writeHart(artifacts, {
    key: originKey('stand-in'),
    package: {
      ident: `stand-in/hab-launcher/0.1.0/${RELEASE}`,
      files: { 'bin/hab-launch': { content: '#!/bin/sh\n', mode: 0o755 } },
    },
  })
  empty(exported)
  const [program = '', ...words] = cliCommand(harts(tree), { ...place, output: exported }, [
    ...['--artifacts', artifacts, '--no-cache'],
  ])
  execFileSync(program, words, { env: homeOf(place), stdio: ['ignore', 'ignore', 'pipe'] })
  const files = readdirSync(exported)
  const tarball = files.find(name => name.endsWith('.tgz'))!
  const app = JSON.parse(readFileSync(join(exported, files.find(name => name.endsWith('.json'))!), 'utf8'))
  const ports = { PORT_GOSSIP: '29638', PORT_GATEWAY: '29631', PORT_CTL: '29632' }
  const inSandbox = (name: string, command: string, against?: string): Variant => ({
    name,
    against,
    command: ['sh', '-c', `cd "$0" && ${command}`, place.output],
    env: { ...app.env, ...ports },
    before: () => {
      empty(place.output)
      copyFileSync(join(exported, tarball), join(place.output, tarball))
    },
  })
  return [inSandbox('tar -xzf', `tar -xzf ${tarball}`), inSandbox("The app's cmd", app.cmd, 'tar -xzf')]
}
