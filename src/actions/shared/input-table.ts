import type { OptionName } from '../../settings/options.ts'

/** How the text of an input is read. */
export type Form =
  /** One value. */
  | 'text'
  /** One value per line. */
  | 'lines'
  /** `Name: value` lines. */
  | 'headers'
  /** `KEY=VALUE` lines, or a JSON object. */
  | 'pairs'
  /** `true` or `false`. */
  | 'flag'

export interface Input {
  form: Form
  /** What an empty text stands for, as in action.yml; an option has a default of its own. */
  default?: string
  /** The option of the command line that means the same. */
  option?: OptionName
  /** What messages call it by, where that is no option of an export; see `setting`. */
  row?: string
  /** The option says what happens when the input is `false`. */
  inverted?: true
  /** Never shown, and masked before anything else. */
  secret?: true
}

const text: Input = { form: 'text' }
const flag: Input = { form: 'flag' }
const on: Input = { form: 'flag', default: 'true' }

/** Every input of the export action, as in action.yml. */
export const EXPORT_INPUTS = {
  package: { form: 'lines' },
  plan: text,
  'use-hab': on,
  'hab-version': { form: 'text', default: 'latest' },
  'hab-channel': { form: 'text', default: 'stable' },
  'hab-mirror': { form: 'text', default: 'https://packages.chef.io' },
  'accept-license': flag,
  channel: { form: 'text', option: 'channel' },
  'builder-url': { form: 'text', option: 'url' },
  'builder-token': { form: 'text', option: 'auth', secret: true },
  'base-packages-url': { form: 'text', option: 'base-pkgs-url' },
  'base-packages-channel': { form: 'text', option: 'base-pkgs-channel' },
  'supervisor-package': { form: 'text', option: 'sup-pkg' },
  'launcher-package': { form: 'text', option: 'launcher-pkg' },
  artifacts: { form: 'lines', option: 'artifacts' },
  keys: { form: 'lines', option: 'keys' },
  target: { form: 'text', option: 'target' },
  'max-package-size': { form: 'text', option: 'max-package-size' },
  origin: text,
  'origin-key': { form: 'text', secret: true },
  cpus: { form: 'text', option: 'cpu' },
  mem: { form: 'text', option: 'mem' },
  disk: { form: 'text', option: 'disk' },
  instances: { form: 'text', option: 'instances' },
  'app-id': { form: 'text', option: 'app-id' },
  env: { form: 'pairs', option: 'env' },
  labels: { form: 'pairs', option: 'label' },
  config: { form: 'text', option: 'config' },
  ports: { form: 'lines', option: 'port' },
  'health-check': { form: 'flag', default: 'true', option: 'no-health-check', inverted: true },
  peer: { form: 'lines', option: 'peer' },
  group: { form: 'text', option: 'group' },
  topology: { form: 'text', option: 'topology' },
  strategy: { form: 'text', option: 'strategy' },
  bind: { form: 'lines', option: 'bind' },
  uris: { form: 'flag', option: 'uris' },
  'env-vars-prefix': { form: 'text', option: 'env-vars-prefix' },
  patch: { form: 'text', option: 'patch' },
  publish: { form: 'text', default: 'none' },
  'release-tag': text,
  'release-id': text,
  draft: flag,
  prerelease: flag,
  overwrite: on,
  uri: { form: 'text', option: 'uri' },
  'uri-base': { form: 'text', option: 'uri-base' },
  'uri-template': text,
  'upload-url': text,
  'upload-headers': { form: 'headers', secret: true },
  'marathon-url': { form: 'text', row: 'marathon' },
  'marathon-user': text,
  'marathon-password': { form: 'text', secret: true },
  'dcos-token': { form: 'text', secret: true },
  'github-token': { form: 'text', secret: true },
  preview: flag,
  'pull-request': text,
  'output-dir': { form: 'text', option: 'output-dir' },
  layers: { form: 'text', option: 'layers' },
  'compression-level': { form: 'text', option: 'compression-level' },
  jobs: { form: 'text', option: 'jobs' },
  cache: { form: 'flag', default: 'true', option: 'no-cache', inverted: true },
  'checksum-file': flag,
  summary: on,
} as const satisfies Record<string, Input>

export type ExportInput = keyof typeof EXPORT_INPUTS
