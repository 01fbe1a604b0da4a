import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ROOT, read } from './documents.ts'

/** A habit that reads as foreign. */
interface Habit {
  pattern: RegExp
  /** What to write instead. */
  better: string
  bad: string
  good: string
}

const HABITS: readonly Habit[] = [
  {
    pattern:
      /(?<!\b[Tt]here )(?<!\b[Nn]ow )\b(?:is|are|was|were) no (?!longer|more|fewer|less|shorter|other|better|one\b|need)/,
    better: 'is not a',
    bad: 'the file is no archive',
    good: 'there is no archive, and it is no longer needed',
  },
  {
    pattern: /\bcounts? as no\b/,
    better: 'is not a',
    bad: 'What is gone already counts as no failure.',
    good: 'Anything already gone is not an error.',
  },
  {
    pattern: /\bno sound\b/,
    better: 'invalid',
    bad: 'a header has no sound size',
    good: 'a header has an invalid size',
  },
  {
    pattern: /\bends? in the middle\b/,
    better: 'is truncated',
    bad: 'the file ends in the middle',
    good: 'the file is truncated in the middle of a header',
  },
  {
    pattern: /\bfollows? its end\b/,
    better: 'trailing data after the end',
    bad: 'something follows its end',
    good: 'there is trailing data after the end',
  },
  {
    pattern: /\bgot to the end\b/,
    better: 'finished',
    bad: 'it has not got to the end of it',
    good: 'it has not finished',
  },
  {
    pattern: /\b(?:[Nn]ot|[Nn]o longer) waited for\b/,
    better: 'does not wait, has stopped waiting for',
    bad: 'it is no longer waited for',
    good: 'Mesosize has stopped waiting for what it waited for',
  },
  { pattern: /\bcan be no\b/, better: 'cannot be a', bad: 'it can be no tag', good: 'it cannot be a tag' },
  {
    pattern: /\b[Tt]old of\b|\b[Tt]ells? of\b/,
    better: 'reported, announces, says',
    bad: 'the comment tells of it',
    good: 'the comment announces it, and tells users why',
  },
  {
    pattern: /\b(?:is|are) none of\b/,
    better: 'is not one of, is not allowed',
    bad: 'it is none of them',
    good: 'it is not one of them, and none of them fits',
  },
  {
    pattern: /\bto who(?:ever)?\b/,
    better: 'to anyone who, to clients that',
    bad: 'open to who comes without a login',
    good: 'open to anyone without a login',
  },
  {
    pattern: /\b[Hh]and(?:s|ed)? on\b/,
    better: 'passes, outputs, forwards',
    bad: 'it hands on the path',
    good: 'it outputs the path that is at hand',
  },
  {
    pattern: /\b[Mm]end(?:s|ed|ing)?\b/,
    better: 'fix, correct',
    bad: 'Mend the file.',
    good: 'Fix the file that we recommend.',
  },
  {
    pattern: /\bfor want of\b/,
    better: 'without',
    bad: 'it fails for want of a key',
    good: 'it fails without a key',
  },
  {
    pattern: /\ball the same\b/,
    better: 'anyway, still',
    bad: 'deploys all the same',
    good: 'deploys anyway; all have the same size',
  },
  {
    pattern: /\bat its top\b/,
    better: 'top-level',
    bad: 'three things at its top',
    good: 'three top-level entries',
  },
  { pattern: /\bweb address/, better: 'URL', bad: 'is not a web address', good: 'is not a URL' },
  {
    pattern: /\b[Ss]ee to it\b/,
    better: 'check it',
    bad: 'See to it in Marathon.',
    good: 'Check it in Marathon.',
  },
  {
    pattern: /\bnot told\b/,
    better: 'unknown',
    bad: 'its health is not told',
    good: 'its health is unknown',
  },
  { pattern: /\bfor eyes\b/, better: 'human-readable', bad: 'lines for eyes', good: 'human-readable lines' },
  {
    pattern: /\b(?:[Aa]fter|at most|exactly|for|last|[Rr]eads) so many\b/,
    better: 'this many, the given number of',
    bad: 'yields exactly so many bytes',
    good: 'yields exactly this many bytes, so many that it is slow',
  },
  {
    pattern: /\b(?:is|are) (?:not )?said\b/,
    better: 'is (not) given, specified, reported',
    bad: 'the release is not said',
    good: 'no release is given',
  },
  { pattern: /\brightly\b/, better: 'validly, than expected', bad: 'as it rightly is', good: 'as expected' },
  {
    pattern: /\bworth nothing\b/,
    better: 'must not be used, worthless',
    bad: 'worth nothing if it failed',
    good: 'must not be used if it failed',
  },
  {
    pattern: /\bgo(?:es)? by\b/,
    better: 'uses, depends on',
    bad: 'the cache goes by the URI',
    good: 'the cache uses the URI',
  },
  {
    pattern: /\bthat (?:is|are) there\b/,
    better: 'existing',
    bad: 'Name a file that is there.',
    good: 'Name an existing file.',
  },
  {
    pattern: /\b[Ww]rite one of (?:these|the two)\b/,
    better: 'name the values',
    bad: 'Write one of the two.',
    good: 'Write true or false.',
  },
  {
    pattern: /\bword too many\b/,
    better: 'unexpected argument',
    bad: 'a word too many',
    good: 'unexpected argument',
  },
  {
    pattern: /\bin our words\b/,
    better: 'as our own',
    bad: 'errors in our words',
    good: 'errors as our own',
  },
  {
    pattern: /\badmits? to\b/,
    better: 'grants access to',
    bad: 'does not admit to this origin',
    good: 'does not grant access to this origin',
  },
  { pattern: /\b[Ss]hall\b/, better: 'is to, must', bad: 'where it shall go', good: 'where it is to go' },
  {
    pattern: /\bTold\b|\btold (?:how|where|which)\b/,
    better: 'called with, reported',
    bad: 'Told how many bytes were sent.',
    good: 'Called with the number of bytes; told about it.',
  },
  {
    pattern: /\b(?:[Ss]ays?|said) of\b/,
    better: 'says about',
    bad: 'what a package says of itself',
    good: 'what a package says about itself',
  },
  {
    pattern: /\bbr(?:ea|o)k(?:en?|s)? off\b/,
    better: 'is cut off, aborts, was interrupted',
    bad: 'the answer breaks off',
    good: 'the response is cut off',
  },
  { pattern: /\bif need be\b/, better: 'if needed', bad: 'made if need be', good: 'created if needed' },
  {
    pattern: /\bwhole sentences?\b/,
    better: 'a full sentence',
    bad: 'problems, whole sentences',
    good: 'problems, full sentences',
  },
  { pattern: /\banew\b/, better: 'again', bad: 'each call reads anew', good: 'each call reads again' },
  {
    pattern: /\bcharacters that no\b/,
    better: 'characters that it cannot contain',
    bad: 'characters that no token has',
    good: 'characters that a token cannot contain',
  },
  {
    pattern: /\bof (?:yours|ours)\b/,
    better: 'your own, our own',
    bad: 'a server of yours',
    good: 'your own server',
  },
  { pattern: /\b[Aa]t Ctrl-C\b/, better: 'on Ctrl-C', bad: 'it stops at Ctrl-C', good: 'it stops on Ctrl-C' },
  {
    pattern: /\bgoes on\b/,
    better: 'continues, keeps trying',
    bad: 'the export goes on',
    good: 'the export continues',
  },
  {
    pattern: /\bthe very (?!beginning|end|first|last)/,
    better: 'exactly the',
    bad: 'from the very files',
    good: 'from exactly these files, at the very end',
  },
  {
    pattern: /\balthough (?:no|it)\b/,
    better: 'even if',
    bad: 'deploys it although no agent can fetch it',
    good: 'deploys it even if no agent can fetch it',
  },
  {
    pattern: /\bnothing of (?:it|them)\b/,
    better: 'none of it, no part of it',
    bad: 'nothing of it was used',
    good: 'none of it was used, and nothing of the kind',
  },
]

const FOLDERS = ['src', 'docs', 'build', 'deploy', 'remove', '__tests__', 'bench', 'examples', '.github']
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'third_party/README.md'],
  ...['action.yml', 'vitest.config.ts'],
]
const TEXT = /\.(?:ts|sh|c|md|yml)$/

function filesIn(folder: string): string[] {
  return (
    readdirSync(new URL(`${folder}/`, `file://${ROOT}/`), { recursive: true, encoding: 'utf8' })
      .map(path => `${folder}/${path}`)
      // It contains the habits.
      .filter(path => TEXT.test(path) && path !== '__tests__/project/english.test.ts')
  )
}

describe.each(HABITS)('$pattern', ({ pattern, better, bad, good }) => {
  test('is found, and its better wording is not', () => {
    expect(bad).toMatch(pattern)
    expect(good).not.toMatch(pattern)
    expect(better).not.toMatch(pattern)
  })
})

/** The lines of a file as one text, so that a habit is found where a line was wrapped; two spaces are an empty line. */
function unwrapped(text: string): { text: string; lineAt: (index: number) => number } {
  const lines = text
    .split('\n')
    .map(line => line.replace(/^\s*(?:\/?\*+|\/\/|#+|>|['"`])?\s*|\s*['"`] \+$/g, ''))
  const lineAt = (index: number) => {
    let line = 0
    for (let end = 0; end <= index; line++) end += lines[line]!.length + 1
    return line
  }
  return { text: lines.join(' '), lineAt }
}

/** The habits of a text, each with its line. */
function habitsOf(path: string, wrapped: string): string[] {
  const { text, lineAt } = unwrapped(wrapped)
  return HABITS.flatMap(({ pattern, better }) =>
    [...text.matchAll(new RegExp(pattern, 'g'))].map(
      ({ 0: bad, index }) => `${path}:${lineAt(index)}: ${bad} -> ${better}`,
    ),
  )
}

test.each([
  ['Markdown', 'One.\n\nThe file is\nno archive.\n', 3],
  ['a quotation', '> The file is\n> no archive.\n', 1],
  ['a doc comment', '/**\n * The file is\n * no archive.\n */\n', 2],
  ['comments in a line', 'x()\n  // The file is\n  // no archive.\n', 2],
  ['text in code', "f('The file is ' +\n  'no archive.')\n", 1],
  ['a script', '#!/bin/sh\n# The file is\n# no archive.\n', 2],
])('habits are found across lines of %s', (_, text, line) => {
  expect(habitsOf('a', text)).toEqual([`a:${line}: is no  -> is not a`])
})

test('habits are not found across paragraphs', () => {
  expect(habitsOf('a', 'This is what it is\n\nno file\n')).toEqual([])
})

test.each([...FOLDERS.flatMap(filesIn), ...PAGES])('%s reads as plain English', path => {
  expect(habitsOf(path, read(path))).toEqual([])
})
