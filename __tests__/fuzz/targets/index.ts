import type { Targets } from '../target.ts'
import { app } from './app.ts'
import { archive } from './archive.ts'
import { builder } from './builder.ts'
import { configuration } from './configuration.ts'
import { habRelease } from './hab-release.ts'
import { hart } from './hart.ts'
import { image } from './image.ts'
import { kept } from './kept.ts'
import { marathon } from './marathon.ts'
import { metafiles } from './metafiles.ts'
import { readers } from './readers.ts'

export const targets: Targets = {
  archive,
  hart,
  'hab-release': habRelease,
  kept,
  image,
  metafiles,
  configuration,
  app,
  builder,
  marathon,
  readers,
}
