import { MesosizeError } from '../lib/errors.ts'
import { isObject } from '../lib/is-object.ts'
import { definedPorts } from '../marathon/app/defined-ports.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { InspectedApp } from './contents.ts'

type Json = Readonly<Record<string, unknown>>

/** The name of a layer in the sandbox; their order is that of their names. */
const LAYER = /^layer-\d+\.tgz$/

/**
 * The fetch URIs of the image that an app runs, in the order in which agents unpack it.
 * @param source the app definition's file, for messages
 * @throws MesosizeError APP_WITHOUT_IMAGE
 */
export function imageUris(app: AppDefinition, source: string): string[] {
  const fetched = objectsOf(app.fetch)
  const layers = fetched.filter(({ destPath }) => LAYER.test(`${destPath}`))
  const unpacked = /\btar -xzpf '?([^' ]+)/.exec(`${app.cmd}`)?.[1]
  const whole = fetched.filter(({ destPath }) => destPath !== undefined && destPath === unpacked)
  const image = layers.length > 0 ? layers.toSorted(byName) : whole
  const uris = image.length > 0 ? image.map(({ uri }) => uri) : listOf(app.uris).slice(0, 1)
  if (uris.length === 0) {
    throw new MesosizeError(
      'APP_WITHOUT_IMAGE',
      `${source} does not fetch an image of an export: none of its fetch URIs is unpacked by its cmd. Give the app definition that an export wrote, or the tarball itself.`,
    )
  }
  return uris.map(String)
}

/** What of an app definition says how its image runs. */
export function describeApp(app: AppDefinition): InspectedApp {
  return {
    id: String(app.id),
    cmd: textOf(app.cmd),
    user: textOf(app.user),
    ports: definedPorts(app).map(({ name, port, containerPort, protocol }) => ({
      name: textOf(name),
      port: Number(port ?? containerPort ?? 0),
      protocol: textOf(protocol) ?? 'tcp',
    })),
    healthChecks: objectsOf(app.healthChecks)
      .map(check => ({
        protocol: textOf(check.protocol) ?? 'HTTP',
        path: textOf(check.path),
        port: check.portName ?? check.port ?? check.portIndex,
      }))
      .map(({ port, ...check }) => ({ ...check, ...(port !== undefined && { port: String(port) }) })),
  }
}

function byName(a: Json, b: Json): number {
  return `${a.destPath}` < `${b.destPath}` ? -1 : 1
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function objectsOf(value: unknown): Json[] {
  return listOf(value).filter(isObject)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
