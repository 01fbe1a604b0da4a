import { nearest } from '../lib/nearest.ts'
import type { SettingTable } from '../settings/setting.ts'
import {
  DEPLOY,
  DIFF,
  EXPORT,
  INSPECT,
  PLANS,
  REMOVE,
  RUN,
  RUN_EXPORT,
  SHOW_LOGS,
  STATUS,
  TEXT_ONLY,
} from '../settings/tables.ts'

export type CommandName =
  | 'export'
  | 'run'
  | 'deploy'
  | 'remove'
  | 'status'
  | 'logs'
  | 'inspect'
  | 'diff'
  | 'plans'
  | 'help'
  | 'version'
  | 'completion'

/** The shells for which there is completion. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

type Entries = readonly (readonly [name: string, help: string])[]

/** What the help says about a command, and its settings. */
export interface CommandPage {
  usage: string
  /** One line, for the list of commands. */
  summary: string
  about: string
  /** What its arguments besides options are, for completion: paths, commands, other words, or what no shell knows. */
  operands: 'files' | 'commands' | 'anything' | readonly string[]
  table: SettingTable
  /** Further settings, which the help of another command lists. */
  unlisted?: SettingTable
  /** Lines below the options. */
  notes: readonly string[]
  /** Environment variables besides those that stand in for options. */
  variables: Entries
  /** What each exit status means. */
  statuses: Entries
  examples: readonly string[]
}

const BAD_USAGE = ['2', 'the request cannot be carried out as written; every problem is listed'] as const
const COLOURS = [
  'NO_COLOR',
  'no colours; FORCE_COLOR turns them on, on terminals only, and never in GitHub Actions',
] as const
const APP_ID = 'An APP_ID is the id of a Marathon app, such as /web/shop; the leading slash may be omitted.'

const PLACE = 'An image is given as a tarball or an app definition: a path, or an http or https URL.'

/** In the order of the help. */
export const commands: Readonly<Record<CommandName, CommandPage>> = {
  export: {
    usage: 'mesosize [export] <PKG_IDENT | FILE.hart>... [options] > app.json',
    summary: 'make the tarball and the app definition (the default command)',
    about:
      'Exports Habitat packages as a tarball that a Mesos agent runs, and prints the Marathon app definition ' +
      'that runs it. The first package that has a run hook is the service that starts; the others are in the image.',
    operands: 'files',
    table: EXPORT,
    notes: [
      'A PKG is an identifier, origin/name[/version[/release]], or the path of a hart.',
      'If an option is given twice, the last one counts, unless it is repeatable.',
    ],
    variables: [['HAB_ORIGIN', 'origin of a package that is named without one'], COLOURS],
    statuses: [['0', 'exported'], ['1', 'failed'], BAD_USAGE],
    examples: [
      'mesosize core/redis > redis.json',
      'mesosize core/redis/7.2.4 --mem 512 --uri-base https://files.example.com/mesos > redis.json',
      'mesosize results/acme-web-1.2.0-20240102030405-x86_64-linux.hart --config web.toml > web.json',
    ],
  },
  run: {
    usage: 'mesosize run <APP.json | PKG_IDENT | FILE.hart>... [options]',
    summary: 'run an app on this machine, as a Mesos agent would',
    about:
      'Does with an app definition what a Mesos agent does, on this Linux machine: fetches what it needs into a ' +
      'sandbox, gives it ports, runs its command, follows its health check, and stops it gracefully. Packages are ' +
      'exported first. Needs root, or sudo without a password.',
    operands: 'files',
    table: RUN,
    unlisted: RUN_EXPORT,
    notes: [
      'An APP.json is the file that the export wrote, or - for standard input.',
      'For packages, all options of "mesosize export" are valid as well.',
    ],
    variables: [['TMPDIR', 'folder for the sandboxes; by default /var/tmp'], COLOURS],
    statuses: [
      ['0', 'ended with status 0 by itself; with --until-healthy: became healthy'],
      ['1', 'failed, crashed, or was not healthy'],
      BAD_USAGE,
      ['128+n', 'stopped by signal n: 130 after Ctrl-C'],
    ],
    examples: [
      'mesosize run redis.json',
      'mesosize run core/redis --until-healthy --timeout 2m',
      'mesosize run web.json --instances 2 --peer 127.0.0.1:31044',
    ],
  },
  deploy: {
    usage: 'mesosize deploy APP.json [options]',
    summary: 'give an app definition to Marathon and wait until it runs',
    about:
      'Gives an app definition to Marathon, waits until all its tasks run and are healthy, and reports ' +
      'their addresses. If that fails, it reports why, with the last output of the failing task, and restores ' +
      'the previous version.',
    operands: 'files',
    table: DEPLOY,
    notes: ['An APP.json is the file that the export wrote, or - for standard input.'],
    variables: [COLOURS],
    statuses: [
      ['0', 'the new version runs, or this definition was already running'],
      ['1', 'failed, rolled back, superseded by another change, or not up in time'],
      BAD_USAGE,
    ],
    examples: [
      'mesosize deploy redis.json --marathon http://marathon.example.com:8080',
      'mesosize deploy redis.json --dry-run',
      'mesosize core/redis --uri-base https://files.example.com/mesos | mesosize deploy - --timeout 5m',
    ],
  },
  remove: {
    usage: 'mesosize remove APP_ID [options]',
    summary: 'remove an app and wait until its tasks are gone',
    about: 'Removes an app from Marathon, and waits until its tasks have ended.',
    operands: 'anything',
    table: REMOVE,
    notes: [APP_ID],
    variables: [COLOURS],
    statuses: [
      ['0', 'removed, or not there in the first place'],
      ['1', 'failed, or not removed in time'],
      BAD_USAGE,
    ],
    examples: ['mesosize remove /web/shop --marathon http://marathon.example.com:8080'],
  },
  status: {
    usage: 'mesosize status APP_ID [options]',
    summary: 'show the tasks of an app, their health, and the last failure',
    about:
      'Shows the instances of an app with their versions, addresses and health: as Marathon reports them and, for ' +
      "apps made by Mesosize, as Habitat's Supervisor does. Also shows the last failure.",
    operands: 'anything',
    table: STATUS,
    notes: [APP_ID],
    variables: [],
    statuses: [['0', 'shown'], ['1', 'failed, or there is no such app'], BAD_USAGE],
    examples: ['mesosize status /web/shop', 'mesosize status /web/shop --json > shop.json'],
  },
  logs: {
    usage: 'mesosize logs APP_ID [options]',
    summary: 'show what the tasks of an app write to stdout and stderr',
    about:
      'Prints what the tasks of an app have written, read from their sandboxes on the agents: through DC/OS, ' +
      "or directly from the agents' port 5051. Where several tasks or streams are shown, each line begins with the " +
      "task's number and the stream's name.",
    operands: 'anything',
    table: SHOW_LOGS,
    notes: [APP_ID],
    variables: [],
    statuses: [['0', 'shown'], ['1', 'failed, or nothing could be read'], BAD_USAGE],
    examples: ['mesosize logs /web/shop --stderr', 'mesosize logs /web/shop --follow --instance 2'],
  },
  inspect: {
    usage: 'mesosize inspect FILE.tgz | APP.json [options]',
    summary: 'show what is in an image',
    about:
      'Shows what is in a tarball, or in the image that an app definition fetches: the service and how it starts, ' +
      'its ports, users, hooks and binds, and the packages with their sizes, licences and dependencies.',
    operands: 'files',
    table: INSPECT,
    notes: [PLACE],
    variables: [],
    statuses: [['0', 'shown'], ['1', 'failed'], BAD_USAGE],
    examples: [
      'mesosize inspect results/acme-web-1.2.0-20240102030405.tgz',
      'mesosize inspect https://files.example.com/mesos/web.json --json > web-contents.json',
    ],
  },
  diff: {
    usage: 'mesosize diff OLD NEW [options]\n       mesosize diff APP.json --marathon URL [options]',
    summary: 'show how two images and their app definitions differ',
    about:
      'Compares two images, and their app definitions if two are given: packages that were added, removed or ' +
      'changed, sizes, files that differ inside a package, and fields of the app definition. With one app ' +
      'definition, it compares what Marathon runs now with that.',
    operands: 'files',
    table: DIFF,
    notes: [PLACE],
    variables: [],
    statuses: [['0', 'compared, whether or not they differ'], ['1', 'failed'], BAD_USAGE],
    examples: [
      'mesosize diff web-1.2.0.tgz web-1.3.0.tgz',
      'mesosize diff web.json --marathon http://marathon.example.com:8080 --markdown',
    ],
  },
  plans: {
    usage: 'mesosize plans [options]',
    summary: 'list the plans of a repository in the order in which they can be built',
    about:
      'Lists the plans below the working folder, each after the plans that it depends on. Plans are read, and never ' +
      'run: what a plan computes is not known, and is reported.',
    operands: [],
    table: PLANS,
    notes: ['With "--json", the list is a JSON array for the matrix of a workflow.'],
    variables: [['HAB_ORIGIN', 'origin of plans that name none']],
    statuses: [['0', 'listed'], ['1', 'failed'], BAD_USAGE],
    examples: ['mesosize plans', 'mesosize plans --changed-since origin/main --json'],
  },
  help: {
    usage: 'mesosize help [COMMAND]',
    summary: 'print the help of a command',
    about: 'Prints the help of a command, or of the program as a whole, like the option --help.',
    operands: 'commands',
    table: TEXT_ONLY,
    notes: [],
    variables: [],
    statuses: [['0', 'printed'], BAD_USAGE],
    examples: ['mesosize help deploy'],
  },
  version: {
    usage: 'mesosize version',
    summary: 'print the version',
    about: 'Prints the version, like the option --version.',
    operands: 'anything',
    table: TEXT_ONLY,
    notes: [],
    variables: [],
    statuses: [['0', 'printed'], BAD_USAGE],
    examples: ['mesosize version'],
  },
  completion: {
    usage: `mesosize completion <${SHELLS.join(' | ')}>`,
    summary: 'print a script that lets a shell complete command lines',
    about:
      'Prints a script with which a shell completes commands, options, their values, and the names of files and ' +
      'folders.',
    operands: SHELLS,
    table: TEXT_ONLY,
    notes: ['In bash, and in zsh after compinit, this works as well: source <(mesosize completion bash)'],
    variables: [],
    statuses: [['0', 'printed'], BAD_USAGE],
    examples: [
      'mesosize completion bash > ~/.local/share/bash-completion/completions/mesosize',
      'mesosize completion zsh > "$fpath[1]/_mesosize"',
      'mesosize completion fish > ~/.config/fish/completions/mesosize.fish',
    ],
  },
}

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commands, word)
}

/** The command that was probably meant. */
export function nearestCommand(word: string): CommandName | undefined {
  return nearest(word.toLowerCase(), Object.keys(commands)) as CommandName | undefined
}
