import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programPath } from '../testkit/machine.ts'
import { type TarEntry, tarOf } from '../testkit/tar.ts'
import { makePlace, runCli } from './run-cli.ts'

const browserPath = ['chromium-headless-shell', 'chromium', 'google-chrome'].map(programPath).find(Boolean)

const RELEASE = '20240101000000'
const HOSTILE = '</script><img src=x onerror=alert(1)>\u202egnp'

/** A package as an export packs it. */
function packageMembers(ident: string, files: Record<string, string>, deps: string[] = []): TarEntry[] {
  const top = `rootfs/hab/pkgs/${ident}`
  const metafiles = { IDENT: ident, TARGET: 'x86_64-linux', DEPS: deps.join('\n'), TDEPS: deps.join('\n') }
  return [
    { path: top, type: 'directory', mode: 0o755 },
    ...Object.entries({ ...metafiles, ...files }).map(([path, content]) => ({
      path: `${top}/${path}`,
      content,
    })),
  ]
}

const library = (number: number) => `acme/lib${number}/1.${number}/${RELEASE}`
const service = `acme/web/2.0.0/${RELEASE}`

/** 61 packages in five layers, with sizes from a few bytes to 300 KB, and names that try to be markup. */
async function largeImage(): Promise<Buffer> {
  const launch = [
    '# >>> written for each image',
    `service='${service}'`,
    "target='x86_64-linux'",
    "launcher='/hab/pkgs/core/hab-launcher/bin/hab-launch'",
    "supervisor='/hab/pkgs/core/hab-sup/bin/hab-sup'",
    '# <<< written for each image',
    '',
  ].join('\n')
  const libraries = Array.from({ length: 60 }, (_, number) => {
    const deps = number + 12 < 60 ? [number + 12, 48 + (number % 12)].filter(dep => dep > number) : []
    return packageMembers(
      library(number),
      { 'lib/lib.so': 'x'.repeat(300_000 / (number + 1)), 'share/doc/readme': 'y'.repeat(500 + number) },
      [...new Set(deps)].map(library),
    )
  })
  return gzipSync(
    await tarOf([
      { path: 'launch', content: launch },
      ...libraries.flat(),
      ...packageMembers(
        service,
        { 'bin/web': 'z'.repeat(80_000), [HOSTILE]: 'w'.repeat(40_000), 'hooks/run': '#!/bin/sh\n' },
        Array.from({ length: 12 }, (_, number) => library(number)),
      ),
    ]),
  )
}

describe.skipIf(!browserPath)(`the page of inspect --html${browserPath ? '' : ' (no Chromium)'}`, () => {
  let folder: string
  let file: string
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mesosize-page-'))
    file = join(folder, 'web.html')
    const tarball = join(folder, 'web.tgz')
    writeFileSync(tarball, await largeImage())
    const place = await makePlace(cleanUp => void cleanUps.push(cleanUp))
    const run = await runCli(place, ['inspect', tarball, '--html', file])
    expect(run.status, run.stderr).toBe(0)

    browser = await puppeteer.launch({
      executablePath: browserPath!,
      // CI runs as root.
      args: ['--no-sandbox', '--disable-gpu'],
      timeout: 0,
      protocolTimeout: 0,
    })
    page = await browser.newPage()
    page.setDefaultTimeout(0)
    await page.setViewport({ width: 1300, height: 1000 })
    page.on('request', request => void requests.push(request.url()))
    page.on('console', message => void complaints.push(message.text()))
    page.on('pageerror', error => void complaints.push(String(error)))
    page.on('dialog', dialog => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(pathToFileURL(file).href)
  })

  const cleanUps: (() => Promise<void>)[] = []
  afterAll(async () => {
    await browser?.close()
    for (const cleanUp of cleanUps) await cleanUp()
    rmSync(folder, { recursive: true, force: true })
  })

  const tiles = () =>
    page.$$eval('.tile', found =>
      found.map(tile => {
        const { width, height } = tile.getBoundingClientRect()
        return {
          name: tile.getAttribute('title')!,
          area: width * height,
          bytes: Number(tile.getAttribute('data-bytes')),
        }
      }),
    )
  const rows = (section: string) =>
    page.$$eval(`section[aria-label="${section}"] tbody tr`, found => found.map(row => row.textContent!))
  const search = async (section: string, words: string) => {
    const input = await page.$(`section[aria-label="${section}"] input`)
    await input!.click({ count: 3 })
    await input!.type(words)
  }

  test('draws packages with areas in proportion to their sizes', async () => {
    const drawn = await tiles()
    expect(drawn.length).toBeGreaterThan(40)
    expect(drawn[0]).toMatchObject({ name: library(0) })
    const perByte = drawn[0]!.area / drawn[0]!.bytes
    for (const { area, bytes } of drawn.slice(0, 20)) expect(area / bytes / perByte).toBeCloseTo(1, 1)
  })

  test('a package is opened and left with the keyboard', async () => {
    await page.focus(`.tile[title="${service}"]`)
    await page.keyboard.press('Enter')
    const inside = (await tiles()).map(({ name }) => name)
    expect(inside).toContain('bin')
    // Its first folder.
    expect(inside).toContain('<')
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('tile')
    await page.keyboard.press('Escape')
    expect((await tiles()).map(({ name }) => name)).toContain(service)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('title'))).toBe(service)
    await page.keyboard.press('ArrowLeft')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('title'))).not.toBe(service)
  })

  test('tables are searched and sorted', async () => {
    expect(await rows('Packages')).toHaveLength(61)
    await search('Packages', 'lib4')
    expect(await rows('Packages')).toHaveLength(11)
    await search('Files', 'lib59 readme')
    expect(await rows('Files')).toEqual([expect.stringContaining(library(59))])

    await search('Packages', 'web')
    await search('Packages', 'acme')
    const sizes = () =>
      page.$$eval('section[aria-label="Packages"] tbody td:nth-child(1)', cells =>
        cells.map(cell => cell.textContent),
      )
    await page.click('section[aria-label="Packages"] th:nth-child(1) button')
    const ascending = await sizes()
    expect(ascending).toEqual(ascending.toSorted())
    await page.click('section[aria-label="Packages"] th:nth-child(1) button')
    expect(await sizes()).toEqual(ascending.toReversed())
    expect(await page.$eval('th[aria-sort="descending"]', heading => heading.textContent)).toBe('Package')
  })

  test('the graph leads from the service to the right', async () => {
    const boxes = await page.$$eval('.box', found =>
      found.map(box => ({ name: box.getAttribute('aria-label')!, x: box.getBoundingClientRect().x })),
    )
    const at = new Map(boxes.map(({ name, x }) => [name, x]))
    expect(boxes).toHaveLength(61)
    expect(at.get(service)).toBe(Math.min(...at.values()))
    expect(at.get(library(12))).toBeGreaterThan(at.get(library(0))!)
    expect(at.get(library(48))).toBeGreaterThan(at.get(library(36))!)
    await page.$eval(`.box[aria-label="${library(59)}"]`, box => (box as SVGElement).focus())
    expect((await page.$$('.box.dim')).length).toBeGreaterThan(0)
    expect((await page.$$('.edge.lit')).length).toBeGreaterThan(0)
  })

  test('text has enough contrast in light and dark', async () => {
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
      const poor = await page.evaluate(() => {
        const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
        const luminance = (colour: string) =>
          channels(colour)
            .map(channel => channel / 255)
            .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index]!, 0)
        const behind = (one: Element | null): string => {
          if (!one) return 'rgb(255, 255, 255)'
          const { backgroundColor } = getComputedStyle(one)
          return /, 0\)$|transparent/.test(backgroundColor) ? behind(one.parentElement) : backgroundColor
        }
        return [
          ...document.querySelectorAll(
            'h1, h2, dt, dd, td, th button, b, small, output, .detail, .legend span',
          ),
        ]
          .map(one => {
            const [a, b] = [luminance(getComputedStyle(one).color), luminance(behind(one))]
            return {
              ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
              what: one.outerHTML.slice(0, 80),
            }
          })
          .filter(({ ratio }) => ratio < 4.5)
      })
      expect(poor, value).toEqual([])
    }
  })

  test('nothing that a package is called does anything, and no request leaves the page', async () => {
    await search('Files', 'onerror')
    expect(await rows('Files')).toEqual([
      expect.stringContaining('</script><img src=x onerror=alert(1)>\\u{202e}gnp'),
    ])
    expect(await page.$$('img')).toEqual([])
    expect(complaints).toEqual([])
    expect(requests).toEqual([pathToFileURL(file).href])
  })
})
