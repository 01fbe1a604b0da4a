import type { PackageRequest } from '../../habitat/package/request.ts'
import { LINUX_TARGETS } from '../../habitat/package/target.ts'
import { readFolder, readInstalledRoot, readKeyFolder } from '../files.ts'
import { readPackage } from '../package.ts'
import { readBuilderUrl, readChannel, readSize, readTarget, readText, readToken } from '../readers.ts'
import type { Settings, SettingsFor } from '../setting.ts'

/** Named on the command line without an option. */
export const NAMED = {
  packages: {
    input: 'package',
    form: 'lines',
    value: 'PKG',
    help: 'packages to export, each an ident such as `core/redis` or the path of a `.hart` file',
    details:
      'The first that has a run hook is the service that starts; the others are in the image. Either this or `plan`.',
    read: readPackage,
  },
} as const satisfies Settings

/** Read before all others: see `SettingValues`. */
const ORIGIN = {
  input: 'origin',
  variable: 'HAB_ORIGIN',
  form: 'text',
  value: 'ORIGIN',
  help: 'origin of packages that are named without one, and of a plan that names none',
  read: readText,
} as const

const BUILDER_URL = {
  option: 'url',
  short: 'u',
  input: 'builder-url',
  variable: 'HAB_BLDR_URL',
  form: 'text',
  value: 'URL',
  default: 'https://bldr.habitat.sh',
  help: 'URL of the Builder to get the packages from',
  read: readBuilderUrl,
} as const

/** What becomes the request's `builder` and `base`, and the origin of packages that are named without one. */
type Origins = 'origin' | 'builderUrl' | 'channel' | 'baseUrl' | 'baseChannel'

export const PACKAGES = {
  origin: ORIGIN,
  builderUrl: BUILDER_URL,
  channel: {
    option: 'channel',
    short: 'c',
    input: 'channel',
    variable: 'HAB_BLDR_CHANNEL',
    form: 'text',
    value: 'CHANNEL',
    default: 'base',
    help: 'channel of the packages',
    read: readChannel,
  },
  baseUrl: {
    option: 'base-pkgs-url',
    input: 'base-packages-url',
    form: 'text',
    value: 'URL',
    defaultOf: BUILDER_URL,
    help: "URL of the Builder to get Habitat's own packages from: Supervisor, launcher, busybox-static, cacerts",
    read: readBuilderUrl,
  },
  baseChannel: {
    option: 'base-pkgs-channel',
    input: 'base-packages-channel',
    form: 'text',
    value: 'CHANNEL',
    default: 'base',
    help: "channel of Habitat's own packages",
    details: 'Also used by the studio in which a plan is built.',
    read: readChannel,
  },
  token: {
    option: 'auth',
    short: 'z',
    input: 'builder-token',
    variable: 'HAB_AUTH_TOKEN',
    form: 'text',
    value: 'TOKEN',
    secret: true,
    help: 'personal access token for Builder',
    read: readToken,
  },
  hab: {
    option: 'hab-pkg',
    form: 'text',
    value: 'PKG',
    help: 'hab program to put into the image, together with the Supervisor of its version',
    read: readPackage,
  },
  launcher: {
    option: 'launcher-pkg',
    input: 'launcher-package',
    form: 'text',
    value: 'PKG',
    help: 'launcher to put into the image',
    details: "By default the one of `hab`'s release, or the newest in the channel where `hab` is not used.",
    read: readPackage,
  },
  supervisor: {
    option: 'sup-pkg',
    input: 'supervisor-package',
    form: 'text',
    value: 'PKG',
    help: 'Supervisor to put into the image',
    details: "By default the one of `hab`'s release, or the newest in the channel where `hab` is not used.",
    read: readPackage,
  },
  artifacts: {
    option: 'artifacts',
    input: 'artifacts',
    form: 'lines',
    value: 'DIR',
    help: "further artifact caches to read harts from, besides Habitat's own",
    details: 'Only with `use-hab: false`.',
    read: readFolder,
  },
  keys: {
    option: 'keys',
    input: 'keys',
    variable: 'HAB_CACHE_KEY_PATH',
    form: 'lines',
    value: 'DIR',
    help: "further folders of public origin keys, besides Habitat's own",
    read: readKeyFolder,
  },
  fsRoot: {
    option: 'fs-root',
    form: 'text',
    value: 'DIR',
    help: 'read the packages installed under DIR/hab/pkgs instead of harts',
    read: readInstalledRoot,
  },
  target: {
    option: 'target',
    input: 'target',
    variable: 'HAB_PACKAGE_TARGET',
    form: 'text',
    value: 'TARGET',
    choices: LINUX_TARGETS,
    default: 'x86_64-linux',
    help: 'target of the packages',
    read: readTarget,
  },
  maxPackageSize: {
    option: 'max-package-size',
    input: 'max-package-size',
    form: 'text',
    value: 'SIZE',
    default: '16GiB',
    help: 'maximum unpacked size of a package, in bytes or with a unit such as 500MB',
    read: readSize,
  },
} as const satisfies SettingsFor<keyof PackageRequest | Origins>

/** How an action uses the program `hab`. */
export const HAB = {
  plan: {
    input: 'plan',
    form: 'text',
    value: 'DIR',
    help: 'folder of a plan to build and export',
    details: 'A plan in a folder named after the target takes precedence. Either this or `package`.',
    read: readText,
  },
  originKey: {
    input: 'origin-key',
    form: 'text',
    value: 'KEY',
    secret: true,
    help: 'full text of the secret origin key that signs the built package',
    read: readText,
  },
  useHab: {
    input: 'use-hab',
    form: 'flag',
    default: 'true',
    help: 'install `hab` and let it install the packages',
    details:
      'With `false` they are read from Builder and verified without `hab`. Building a plan needs `hab`.',
  },
  version: {
    input: 'hab-version',
    form: 'text',
    value: 'VERSION',
    default: 'latest',
    help: 'version of `hab`: exact (`1.6.1245`), a range (`^2`), or `latest`',
    read: readText,
  },
  releaseChannel: {
    input: 'hab-channel',
    form: 'text',
    value: 'CHANNEL',
    default: 'stable',
    help: "channel of `hab`'s own releases in which `latest` and ranges are looked up",
    read: readText,
  },
  mirror: {
    input: 'hab-mirror',
    form: 'text',
    value: 'URL',
    default: 'https://packages.chef.io',
    help: "server that has `hab`'s release archives, for networks without packages.chef.io; the layout must be the same",
    read: readText,
  },
  acceptLicense: {
    input: 'accept-license',
    form: 'flag',
    help: 'accept the Chef licence that `hab` has required since 0.80',
    details: 'Mesosize never accepts it for you.',
  },
} as const satisfies Settings
