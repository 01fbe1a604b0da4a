import { dirname, join, normalize } from 'node:path'
import { FILES, read } from './documents.ts'

/** `main`'s files on GitHub. */
const OWN_URL =
  /^https:\/\/(?:github\.com\/mesosize\/mesosize\/(?:blob|tree|raw)|raw\.githubusercontent\.com\/mesosize\/mesosize)\/main\//

/** The ways to write a link; the target is what is captured. */
const LINKS = [
  /\]\(\s*<?([^)\s>]+)/g,
  /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm,
  /\b(?:href|src|srcset)\s*=\s*["']?([^"'\s>]+)/g,
  /(https:\/\/[^\s)\]<>"'`]+)/g,
]

/**
 * Whether the project has a file or a folder.
 *
 * @param path from the top folder
 */
export function exists(path: string): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`
  return folder === './' || FILES.some(each => each === path || each.startsWith(folder))
}

/**
 * The links of a Markdown document that lead nowhere in the project. Whether other sites have what a link names is not
 * known.
 *
 * @param name of the document, from the top folder
 */
export function brokenLinks(name: string, markdown: string): string[] {
  const text = withoutCodeBlocks(markdown).replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, '')
  const targets = LINKS.flatMap(link => [...text.matchAll(link)].map(([, target = '']) => target))
  const labels = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, label = '']) => label)
  const isDefined = (label: string) => text.toLowerCase().includes(`\n[${label.toLowerCase()}]: `)
  return [
    ...new Set(targets.filter(target => !leads(name, markdown, target))),
    ...labels.filter(label => !isDefined(label)).map(label => `[${label}]`),
  ]
}

function leads(name: string, markdown: string, target: string): boolean {
  const isOwn = OWN_URL.test(target)
  if (!isOwn && /^(?:https|mailto):/.test(target)) return true
  const [to = '', anchor] = decodeURI(target.replace(OWN_URL, '/')).split('#')
  const path = to === '' ? name : normalize(to.startsWith('/') ? to.slice(1) : join(dirname(name), to))
  if (!exists(path)) return false
  return anchor === undefined || anchors(path === name ? markdown : read(path)).includes(anchor)
}

/** What GitHub calls the headings of a document. */
function anchors(markdown: string): string[] {
  const seen = new Map<string, number>()
  return [...withoutCodeBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-')
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

function withoutCodeBlocks(markdown: string): string {
  return markdown.replace(/^ *(```+|~~~+).*?^ *\1 *$/gms, '')
}
