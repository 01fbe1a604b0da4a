import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { megabytes, ratioWithSpread, type TimeResults, table } from './results.ts'
import { median, type Summary, speedAgainst } from './rounds.ts'

/** The results of one mode. */
type Found = Pick<TimeResults, 'summary' | 'outcomes' | 'doubts'>

interface Row {
  label: string
  /** The mode that measures it. */
  mode: string
  text: (found: Found) => string
}

/** What a reader wants to know first, each from the results of one mode. */
const ROWS: readonly Row[] = [
  faster('Installed packages, against `tar -czf`', 'installed', 'Mesosize'),
  {
    label: 'Installed packages, against `tar` and `pigz` with as many threads as cores',
    mode: 'installed',
    text: ({ outcomes }) => {
      const pigz = outcomes.find(({ name }) => name.includes('pigz'))
      const own = outcomes.find(({ name }) => name === 'Mesosize')!
      return pigz ? `${ratioWithSpread(speedAgainst(pigz.rounds, own.rounds))} times as fast` : ''
    },
  },
  {
    label: 'Size of the tarball, against `tar -czf`',
    mode: 'installed',
    text: found => named(found, 'Mesosize').relativeSize!.toFixed(3),
  },
  faster('Harts, against unpacking each and `tar -czf`, filling the cache', 'harts', 'Mesosize, from harts'),
  faster('The same without a cache', 'harts', 'Mesosize, from harts, without a cache'),
  longer('Filling the cache on a busy disk, against not filling it', 'busy', 'Mesosize, filling its cache'),
  faster('One package changed, installed, against `tar -czf`', 'again', 'Mesosize, one package changed'),
  faster('One package changed, harts', 'again', 'Mesosize, from harts, one package changed'),
  faster('Nothing changed, installed', 'again', 'Mesosize, nothing changed'),
  faster('Nothing changed, harts', 'again', 'Mesosize, from harts, nothing changed'),
  peaks('Peak memory, installed packages, smallest to largest tree', name => !name.includes('harts')),
  peaks('Peak memory, harts, smallest to largest tree', name => name.includes('harts')),
  beyondNode('`--version`, beyond `node -e 0`', 'startup', 'cli.js --version'),
  beyondNode('The action, nothing changed, to its outputs', 'action', 'The action, nothing changed'),
  longer('20 services, one after another with one cache, against one', 'services', '20 services'),
  longer(
    "On the agent, the app's `cmd` until the launcher runs, against `tar -xzf`",
    'agent',
    "The app's cmd",
  ),
]

/**
 * The main numbers of all modes that have results, as Markdown.
 * @param folder of the results
 */
export function summaryOf(folder: string): string {
  const rows = ROWS.flatMap(({ label, mode, text }) => {
    const found = resultsOf(folder, mode)
    if (!found) return []
    return [[label, text(found), found.doubts.length > 0 ? 'not valid' : '']]
  })
  return ['### The main numbers', '', ...table(['', 'Measured', ''], rows), ''].join('\n')
}

function resultsOf(folder: string, mode: string): Found | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${mode}.json`), 'utf8'))
  } catch {
    return undefined
  }
}

function faster(label: string, mode: string, name: string): Row {
  return { label, mode, text: found => `${ratioWithSpread(named(found, name))} times as fast` }
}

function peaks(label: string, isMeant: (name: string) => boolean): Row {
  const text = ({ summary }: Found) => {
    const found = summary.filter(({ name }) => isMeant(name)).map(({ peak }) => peak)
    return `${megabytes(Math.min(...found), 0)} to ${megabytes(Math.max(...found), 0)}`
  }
  return { label, mode: 'growth', text }
}

/** For what cannot be faster than what it is compared with. */
function longer(label: string, mode: string, name: string): Row {
  const text = ({ outcomes }: Found) => {
    const own = outcomes.find(each => each.name === name)!
    const other = outcomes.find(each => each.name === own.against)!
    return `${ratioWithSpread(speedAgainst(own.rounds, other.rounds))} times as long`
  }
  return { label, mode, text }
}

function beyondNode(label: string, mode: string, name: string): Row {
  const text = ({ outcomes }: Found) => {
    const node = outcomes.find(each => each.name === 'node -e 0')!
    const own = outcomes.find(each => each.name === name)!
    const beyond = own.rounds.map(({ wall }, round) => wall - node.rounds[round]!.wall)
    const milliseconds = [median(beyond), Math.min(...beyond), Math.max(...beyond)].map(seconds =>
      (1000 * seconds).toFixed(0),
    )
    return `${milliseconds[0]} ms (${milliseconds[1]} to ${milliseconds[2]})`
  }
  return { label, mode, text }
}

function named({ summary }: Found, name: string): Summary {
  return summary.find(each => each.name === name)!
}
