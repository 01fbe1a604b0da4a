import { LINUX_TARGETS } from '../habitat/package/target.ts'
import { LAYERINGS } from '../image/layers.ts'
import { GENERAL_OPTIONS, optionTable } from './option.ts'

export const TOPOLOGIES = ['standalone', 'leader'] as const
export const STRATEGIES = ['none', 'at-once', 'rolling'] as const

/** The options of an export. */
export const exportOptions = optionTable([
  {
    heading: 'Resources of a task',
    options: [
      { name: 'cpu', value: 'NUMBER', default: '0.5', unit: 'CPUs', help: 'CPU shares' },
      { name: 'mem', value: 'NUMBER', default: '256', unit: 'MiB', help: 'memory' },
      { name: 'disk', value: 'NUMBER', default: '0', unit: 'MiB', help: 'disk space' },
      { name: 'instances', value: 'NUMBER', default: '1', help: 'how many tasks run' },
    ],
  },
  {
    heading: 'App definition',
    options: [
      { name: 'app-id', value: 'ID', help: "the app's id; without it, made from the package's identifier" },
      {
        name: 'env',
        value: 'KEY=VALUE',
        repeatable: true,
        help: 'environment variable of the task',
      },
      { name: 'label', value: 'KEY=VALUE', repeatable: true, help: 'label of the app' },
      {
        name: 'config',
        value: 'FILE.toml',
        help: "the package's own configuration, laid over its default.toml",
      },
      {
        name: 'port',
        value: 'NAME[=PATH]',
        repeatable: true,
        help: 'port of the service, an export or a path in its configuration; without any, the exports tell',
      },
      { name: 'uri', value: 'URI', help: 'where agents will fetch the tarball; without it, a file:// URI' },
      { name: 'uri-base', value: 'URI', help: "the same without the tarball's name, which is added" },
      { name: 'uris', help: 'write the old "uris" field instead of "fetch"' },
      { name: 'no-health-check', help: 'write no health check' },
      {
        name: 'env-vars-prefix',
        value: 'PREFIX',
        help: "what the cluster's Marathon has in its flag --env_vars_prefix",
      },
      {
        name: 'patch',
        value: 'FILE.json',
        help: 'JSON merge patch (RFC 7396), applied last to the app definition',
      },
    ],
  },
  {
    heading: 'Supervisor',
    options: [
      {
        name: 'peer',
        value: 'HOST[:PORT]',
        repeatable: true,
        help: 'another Supervisor, whose ring is joined',
      },
      { name: 'group', value: 'GROUP', default: 'default', help: 'service group' },
      {
        name: 'topology',
        value: 'TOPOLOGY',
        choices: TOPOLOGIES,
        help: 'topology of the service group',
      },
      {
        name: 'strategy',
        value: 'STRATEGY',
        choices: STRATEGIES,
        help: 'let Supervisors update the service themselves, from the channel of the packages',
      },
      {
        name: 'bind',
        value: 'NAME:SERVICE.GROUP',
        repeatable: true,
        help: 'service group for a bind of the package; a required bind needs one',
      },
    ],
  },
  {
    heading: 'Where packages come from',
    options: [
      {
        name: 'url',
        short: 'u',
        value: 'URL',
        env: 'HAB_BLDR_URL',
        default: 'https://bldr.habitat.sh',
        help: 'Builder of the packages',
      },
      {
        name: 'channel',
        short: 'c',
        value: 'CHANNEL',
        env: 'HAB_BLDR_CHANNEL',
        default: 'base',
        help: 'channel of the packages',
      },
      {
        name: 'base-pkgs-url',
        value: 'URL',
        defaultOf: 'url',
        help: "Builder of Habitat's own packages: Supervisor, launcher, busybox-static, cacerts",
      },
      {
        name: 'base-pkgs-channel',
        value: 'CHANNEL',
        default: 'base',
        help: "channel of Habitat's own packages",
      },
      {
        name: 'auth',
        short: 'z',
        value: 'TOKEN',
        env: 'HAB_AUTH_TOKEN',
        help: 'personal access token for Builder; better in the variable, where ps does not show it',
      },
      {
        name: 'hab-pkg',
        value: 'PKG',
        help: 'hab program to put into the image, with the Supervisor of its version',
      },
      { name: 'launcher-pkg', value: 'PKG', help: 'launcher to take instead of the newest' },
      { name: 'sup-pkg', value: 'PKG', help: 'Supervisor to take instead of the newest' },
      {
        name: 'artifacts',
        value: 'DIR',
        repeatable: true,
        help: "further artifact cache, besides Habitat's own",
      },
      {
        name: 'keys',
        value: 'DIR',
        repeatable: true,
        env: 'HAB_CACHE_KEY_PATH',
        help: "further folder of public origin keys, besides Habitat's own",
      },
      {
        name: 'fs-root',
        value: 'DIR',
        help: 'read the packages installed under DIR/hab/pkgs, and no harts',
      },
      {
        name: 'target',
        value: 'TARGET',
        choices: LINUX_TARGETS,
        env: 'HAB_PACKAGE_TARGET',
        default: 'x86_64-linux',
        help: 'target of the packages',
      },
      {
        name: 'max-package-size',
        value: 'SIZE',
        default: '16GiB',
        help: 'the most that one package may unpack to, in bytes or with a unit such as 500MB',
      },
    ],
  },
  {
    heading: 'Output',
    options: [
      {
        name: 'output-dir',
        value: 'DIR',
        default: 'results',
        help: 'where the tarball and the app definition are written',
      },
      {
        name: 'layers',
        value: 'HOW',
        alone: 'auto',
        choices: LAYERINGS,
        help: 'several tarballs instead of one, which agents keep: one of what changes with the service and one of the rest, or one per package',
      },
      {
        name: 'compression-level',
        value: 'LEVEL',
        default: '4',
        help: 'from 1, fast, to 12, small',
      },
      {
        name: 'jobs',
        value: 'NUMBER',
        help: 'threads that compress and decode; without it, as many as there are processors, up to 4',
      },
      {
        name: 'cache',
        value: 'DIR',
        help: "where compressed packages are kept for later exports; without it, in the user's cache folder",
      },
      {
        name: 'cache-size',
        value: 'SIZE',
        default: '4GiB',
        help: 'the most that is kept there, the least recently used goes first',
      },
      { name: 'no-cache', help: 'compress everything anew, and keep nothing' },
      ...GENERAL_OPTIONS,
    ],
  },
])

export type OptionName = (typeof exportOptions)['names'][number]
