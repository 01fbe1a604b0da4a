import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, read } from './documents.ts'
import { importsOf, RUNTIME } from './imports.ts'

const DIST = join(ROOT, 'dist')
const PACKAGES = Object.keys(JSON.parse(read('package-lock.json')).packages).filter(path => path !== '')

const isPackage = (name: string) =>
  PACKAGES.some(path => `node_modules/${name}/`.startsWith(`${path}/`)) && !isBuiltin(name)

test.each(readdirSync(DIST).filter(name => name.endsWith('.js')))('%s needs no package', name => {
  const { first, later, required } = importsOf(join(DIST, name))
  const outside = [...first, ...later].filter(each => !each.startsWith('./') && !isBuiltin(each))
  expect([...outside, ...required.filter(isPackage)]).toEqual([])
  const createsRequire = readFileSync(join(DIST, name), 'utf8').includes('createRequire')
  expect(createsRequire).toBe(`./${name}` === RUNTIME)
})
