import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: AnySchemaObject
}

interface Operation {
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: { required?: boolean; content: Record<string, { schema: AnySchemaObject }> }
  responses: Record<string, Answer | { $ref: string }>
}

interface Answer {
  content?: Record<string, { schema: AnySchemaObject }>
}

interface Description {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, AnySchemaObject>>
}

/** One exchange with an operation of GitHub's REST API. */
export interface Exchange {
  method: string
  /** As GitHub's description writes it, such as `/repos/{owner}/{repo}/releases`. */
  path: string
  pathParameters: Record<string, string>
  query: URLSearchParams
  /** Parsed, where the request had JSON. */
  body?: unknown
}

/** GitHub's own description of its REST API, which is large: read once, when it is first asked. */
let description: Description | undefined
const validators = new Map<AnySchemaObject, ValidateFunction>()

/** What a request has that GitHub's description does not allow; empty if nothing. */
export function checkRequest({ method, path, pathParameters, query, body }: Exchange): string[] {
  const operation = operationAt(method, path)
  if (!operation) return [`${method} ${path} is not in GitHub's description`]
  const parameters = (operation.parameters ?? []).map(parameter => resolve<Parameter>(parameter))
  const problems: string[] = []
  for (const { name, in: where, required, schema } of parameters) {
    const text = where === 'path' ? pathParameters[name] : where === 'query' ? query.get(name) : undefined
    if (text === undefined || text === null) {
      if (required && where !== 'header') problems.push(`${where} parameter ${name} is missing`)
    } else {
      const type = resolve<AnySchemaObject>(schema).type
      const value =
        type === 'integer' && /^\d+$/.test(text) ? Number(text) : type === 'boolean' ? text === 'true' : text
      problems.push(...mismatches(schema, value).map(problem => `${where} parameter ${name}${problem}`))
    }
  }
  for (const name of query.keys()) {
    if (!parameters.some(parameter => parameter.in === 'query' && parameter.name === name)) {
      problems.push(`query parameter ${name} is not in GitHub's description`)
    }
  }
  const json = operation.requestBody?.content['application/json']?.schema
  if (json && (body !== undefined || operation.requestBody?.required)) {
    problems.push(...mismatches(json, body).map(problem => `body${problem}`))
    const known = Object.keys(json.properties ?? {})
    for (const name of Object.keys(Object(body))) {
      if (!known.includes(name)) problems.push(`body/${name} is not in GitHub's description`)
    }
  }
  return problems.map(problem => `request ${method} ${path}: ${problem}`)
}

/** What an answer has that GitHub's description does not allow; empty if nothing. */
export function checkAnswer(method: string, path: string, status: number, body: unknown): string[] {
  const responses = operationAt(method, path)?.responses ?? {}
  const described = responses[status]
  // The description names few refusals; all of them are alike.
  const undescribed = status >= 400 ? schemaNamed('basic-error') : undefined
  const schema = described ? resolve<Answer>(described).content?.['application/json']?.schema : undescribed
  if (!described && !undescribed)
    return [`answer to ${method} ${path}: the status ${status} is not described`]
  const problems = schema ? mismatches(schema, body) : []
  return problems.map(problem => `answer ${status} to ${method} ${path}: body${problem}`)
}

/** A value that a schema of the description allows, with what is required alone; a new one each time. */
export function sample(name: string): Record<string, object> {
  return instance(schemaNamed(name)) as Record<string, object>
}

function instance(reference: AnySchemaObject): unknown {
  const schema = resolve<AnySchemaObject>(reference)
  const { type, format, properties = {}, required = [], nullable } = schema
  if (schema.enum) return schema.enum[0]
  // A user of whom nothing is known is of no use to anyone.
  if (nullable && type !== 'object') return null
  const part = schema.allOf ?? schema.oneOf ?? schema.anyOf
  if (part && type === undefined) {
    return schema.allOf ? Object.assign({}, ...schema.allOf.map(instance)) : instance(part[0])
  }
  switch (type) {
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return false
    case 'array':
      return []
    case 'string':
      return format === 'uri'
        ? 'https://github.example/x'
        : format === 'date-time'
          ? '2024-01-01T00:00:00Z'
          : 'x'
    default:
      return Object.fromEntries(required.map((key: string) => [key, instance(properties[key] ?? {})]))
  }
}

function operationAt(method: string, path: string): Operation | undefined {
  return describe().paths[path]?.[method.toLowerCase()]
}

function schemaNamed(name: string): AnySchemaObject {
  return describe().components.schemas![name]!
}

function describe(): Description {
  if (!description) {
    const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
    description = JSON.parse(readFileSync(file, 'utf8')) as Description
    // The enumeration leaves out what the text of "Upload a release asset" says: a broken upload's state.
    schemaNamed('release-asset').properties.state.enum.push('starter')
  }
  return description
}

function resolve<T>(value: T | { $ref: string }): T {
  const { $ref } = Object(value) as { $ref?: string }
  if ($ref === undefined) return value as T
  const [, , kind = '', name = ''] = $ref.split('/')
  return resolve(describe().components[kind]?.[name] as T)
}

function mismatches(schema: AnySchemaObject, value: unknown): string[] {
  let validate = validators.get(schema)
  if (!validate) {
    const schemas: Record<string, AnySchemaObject> = {}
    collect(schema, schemas)
    validate = ajv.compile({ ...schema, components: { schemas } })
    validators.set(schema, validate)
  }
  return validate(value) ? [] : (validate.errors ?? []).map(error => `${error.instancePath} ${error.message}`)
}

/** Adds the schemas that one refers to: with all of the description, compiling would take seconds. */
function collect(value: unknown, schemas: Record<string, AnySchemaObject>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    const name = key === '$ref' && typeof inner === 'string' ? inner.split('/').at(-1)! : undefined
    if (name === undefined) collect(inner, schemas)
    else if (!(name in schemas)) {
      schemas[name] = schemaNamed(name)
      collect(schemas[name], schemas)
    }
  }
}

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    uri: text => URL.canParse(text),
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    email: /@/,
    binary: true,
    int64: true,
  },
})
