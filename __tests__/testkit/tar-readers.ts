import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A member of an archive as a program lists it. */
export interface Listed {
  type: 'file' | 'directory' | 'symlink' | 'hardlink'
  /** As `ls` shows it: `rwxr-xr-x`. */
  mode: string
  /** Bytes; of files. */
  size?: number
  /** The name, for links followed by an arrow and the target. Directories have no slash at the end. */
  name: string
}

/** Independent programs that list the members of a tar file, or reject it. */
export interface TarReaders {
  'GNU tar'(file: string): Promise<Listed[]>
  bsdtar(file: string): Promise<Listed[]>
  "Python's tarfile"(file: string): Promise<Listed[]>
  busybox(file: string): Promise<Listed[]>
}

/** The programs that `tarReaders` needs. */
export const READERS_NEED = ['tar', 'bsdtar', 'python3', 'busybox']

/** Starts Python, which ends with this process. */
export function tarReaders(): TarReaders {
  return { 'GNU tar': gnuTar, bsdtar, "Python's tarfile": pythonReader(), busybox }
}

const TYPES: Readonly<Record<string, Listed['type']>> = {
  '-': 'file',
  // GNU tar's letter for a contiguous file.
  C: 'file',
  d: 'directory',
  l: 'symlink',
  h: 'hardlink',
}

async function gnuTar(file: string): Promise<Listed[]> {
  const quoted = '"(?:[^"\\\\]|\\\\.)*"'
  const line = new RegExp(
    `^(.)(.{9}) \\S+ +(\\d+) \\S+ [\\d:.]+ +(${quoted})(?: (?:->|link to) (${quoted}))?$`,
  )
  const args = ['--absolute-names', '--numeric-owner', '--full-time', '--quoting-style=c', '-tvf', file]
  return listing('tar', args, line, ([, type, mode, size, name, target]) =>
    listed(type!, mode!, size!, unquoted(name!), target === undefined ? undefined : unquoted(target)),
  )
}

async function bsdtar(file: string): Promise<Listed[]> {
  const line = /^(.)(.{9}) +\d+ \S+ +\S+ +(\d+) \w+ +\d+ +[\d:-]+ (.*)$/
  return listing('bsdtar', ['--numeric-owner', '-tvf', file], line, ([, type, mode, size, name]) =>
    // Name and target cannot be told apart.
    listed(type!, mode!, size!, unescaped(name!).replace(type === 'h' ? ' link to ' : /^$/, ' -> ')),
  )
}

async function busybox(file: string): Promise<Listed[]> {
  // It does not quote names, which may contain line breaks.
  const { stdout } = await run('busybox', ['tar', '-tvf', file], OPTIONS)
  const starts = stdout.split(/^(?=[-dl][-rwxsStT]{9} 0\/0 +\d+ \S+ [\d:]{8} )/m).filter(text => text !== '')
  return starts.map(text => {
    const [, type, mode, size, name] = /^(.)(.{9}) 0\/0 +(\d+) \S+ [\d:]{8} (.*)\n$/s.exec(text) ?? []
    if (type === undefined) throw new Error(`busybox prints ${JSON.stringify(text)}`)
    return listed(type, mode!, size!, name!)
  })
}

const OPTIONS = { env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' }, maxBuffer: 1 << 28 }

/**
 * Complaints about members that are listed nevertheless: owners out of range, which unpacking does not use, and pax
 * records that have nothing to do with names, types, sizes and modes.
 */
const TOLERATED = new RegExp(
  `^(?:${[
    'tar: .* out of [ug]id_t range .*',
    'tar: Malformed extended header: invalid (?:atime|ctime|SCHILY|GNU\\.volume).*',
    'tar: Ignoring unknown extended header keyword .*',
    'tar: Exiting with failure status .*',
    'bsdtar: Ignoring malformed pax extended attribute',
    'bsdtar: Error exit delayed .*',
  ].join('|')})\\n`,
  'gm',
)

/** Runs a program that prints a line for each member. */
async function listing(
  program: string,
  args: readonly string[],
  line: RegExp,
  read: (match: RegExpExecArray) => Listed,
): Promise<Listed[]> {
  const { stdout } = await run(program, args, OPTIONS).catch(error => {
    if (String(error.stderr).replace(TOLERATED, '') !== '') throw error
    return error
  })
  return (stdout as string)
    .split('\n')
    .slice(0, -1)
    .map(text => {
      const match = line.exec(text)
      if (!match) throw new Error(`${program} prints ${JSON.stringify(text)}`)
      return read(match)
    })
}

function listed(type: string, mode: string, size: string, name: string, target?: string): Listed {
  const known = TYPES[type]
  if (!known) throw new Error(`a member of the type ${JSON.stringify(type)}: ${JSON.stringify(name)}`)
  return {
    type: known,
    mode,
    ...(known === 'file' && { size: Number(size) }),
    name:
      target === undefined ? name.replace(known === 'directory' ? /\/$/ : /^$/, '') : `${name} -> ${target}`,
  }
}

function unquoted(text: string): string {
  return unescaped(text.slice(1, -1))
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Decodes C escapes. Octal ones are bytes of UTF-8. */
function unescaped(text: string): string {
  const bytes = text.replace(/\\([0-7]{3}|.)|[^\\]+/g, (piece, code?: string) => {
    if (code === undefined) return Buffer.from(piece).toString('latin1')
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code, 8))
    return ESCAPES[code] ?? code
  })
  return Buffer.from(bytes, 'latin1').toString()
}

const PYTHON = `
import json, stat, sys, tarfile
TYPES = {'0': 'file', '\\0': 'file', '7': 'file', '5': 'directory', '2': 'symlink', '1': 'hardlink'}
for line in sys.stdin:
    try:
        with tarfile.open(json.loads(line), 'r:', encoding='utf-8') as tar:
            members = [dict(
                type=TYPES[m.type.decode('latin1')],
                mode=stat.filemode(m.mode)[1:],
                name=m.name.rstrip('/') + (' -> ' + m.linkname if m.islnk() or m.issym() else ''),
                **(dict(size=m.size) if m.isfile() else {}),
            ) for m in tar]
        answer = dict(members=members)
    except Exception as error:
        answer = dict(error=repr(error))
    print(json.dumps(answer), flush=True)
`

/** Uses one process for all files, because Python takes longer to start than to read an archive. */
function pythonReader(): TarReaders["Python's tarfile"] {
  const { stdin, stdout } = spawn('python3', ['-c', PYTHON], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return async file => {
    stdin.write(`${JSON.stringify(file)}\n`)
    const { members, error } = JSON.parse((await lines.next()).value!)
    if (error !== undefined) throw new Error(error)
    return members
  }
}
