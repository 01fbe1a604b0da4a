import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { programPath } from './machine.ts'
import { freePort } from './ports.ts'

export interface Nginx {
  url: string
  port: number
  /** The folder that it serves. */
  root: string
  close(): Promise<void>
}

export interface NginxOptions {
  user: string
  password: string
  /** The most bytes that it takes under `/small/`. */
  limit: number
}

const PROGRAM = programPath('nginx') ?? '/usr/sbin/nginx'

/** Why no nginx can be started here, or undefined where it can. */
export function cannotServe(): string | undefined {
  return existsSync(PROGRAM) ? undefined : 'needs nginx with its DAV module, such as Debian has it'
}

/**
 * Debian's nginx with its DAV module, as an ordinary process in a folder of its own: `/open/` for everyone,
 * `/private/` with user and password, `/public/` with these for writing alone, `/small/` for small files, and
 * `/flat/` without making folders.
 */
export async function startNginx({ user, password, limit }: NginxOptions): Promise<Nginx> {
  const prefix = await mkdtemp(join(tmpdir(), 'nginx-'))
  const root = join(prefix, 'files')
  await mkdir(root)
  const port = await freePort()
  const sha1 = createHash('sha1').update(password).digest('base64')
  await writeFile(join(prefix, 'users'), `${user}:{SHA}${sha1}\n`)
  const dav = 'dav_methods PUT DELETE MKCOL; create_full_put_path on;'
  const auth = 'auth_basic "files"; auth_basic_user_file users;'
  await writeFile(
    join(prefix, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log error.log;
events { worker_connections 64; }
http {
  access_log off;
  default_type application/octet-stream;
  client_max_body_size 0;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path temp_${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    root files;
    location /open/ { ${dav} }
    location /flat/ { dav_methods PUT; }
    location /none/ { }
    location /small/ { ${dav} client_max_body_size ${limit}; }
    location /private/ { ${dav} ${auth} }
    location /public/ { ${dav} limit_except GET { ${auth} } }
    location /moved/ { return 307 http://127.0.0.1:${port}/open/moved.tgz; }
    location /found/ { return 302 http://127.0.0.1:${port}/open/; }
  }
}
`,
  )
  const server = spawn(PROGRAM, ['-p', prefix, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => server.once('exit', () => resolve()))
  const close = async () => {
    server.kill('SIGTERM')
    await ended
    await rm(prefix, { recursive: true, force: true })
  }
  for (let tries = 0; !(await isListening(port)); tries++) {
    if (server.exitCode !== null || tries > 5000) {
      const log = await readFile(join(prefix, 'error.log'), 'utf8').catch(() => '')
      await close()
      throw new Error(`nginx does not start: ${log}`)
    }
    await pause(50)
  }
  return { url: `http://127.0.0.1:${port}`, port: port, root, close }
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
