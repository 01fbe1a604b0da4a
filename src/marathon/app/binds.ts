import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageBind, PackageMetadata } from '../../habitat/package/package.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { commandOfPatch } from './command.ts'
import type { AppRequest } from './request.ts'

type BindRequest = Pick<AppRequest, 'binds' | 'patch'>

/**
 * Compares the binds that the user gives with those of the service, as the Supervisor does before it starts the
 * service (ServiceSpec::validate in components/sup/src/manager/service/spec.rs). A required bind must be given in both
 * binding modes: the relaxed mode only starts the service before the other group has members.
 * @throws MesosizeError BINDS_INVALID, with every problem
 */
export function checkBinds(service: PackageMetadata, request: BindRequest, report: Reporter): void {
  const ident = formatIdent(service.ident)
  const given = request.binds.map(text => ({ text, name: text.slice(0, text.indexOf(':')) }))
  const command = commandOfPatch(request)
  const left = service.binds.filter(({ name }) =>
    command === undefined ? !given.some(bind => bind.name === name) : !gives(command, name),
  )
  const unknown = given
    .filter(({ name }) => !service.binds.some(bind => bind.name === name))
    .map(bind => ({ ...bind, meant: meantBy(bind.name, left) }))
  const missing = left.filter(bind => !bind.optional && !unknown.some(({ meant }) => meant === bind))
  const problems = [
    ...(command === undefined ? missing.map(missingProblem) : []),
    ...unknown.map(({ text, name, meant }) => unknownProblem(text, name, meant, service.binds)),
  ]
  if (problems.length > 0) {
    throw new MesosizeError(
      'BINDS_INVALID',
      [`The Supervisor would refuse to start ${ident} with these binds:`, ...problems].join('\n  '),
    )
  }

  for (const { name } of missing) {
    report.warn(
      `The patch replaces the command, and the new one does not mention the bind ${JSON.stringify(name)}, without which the Supervisor refuses to start ${ident}. Add --bind=${name}:SERVICE.GROUP to it.`,
    )
  }
  const optional = left.filter(bind => bind.optional)
  if (optional.length > 0) {
    report.note(
      `Optional binds of ${ident} that are not given: ${optional.map(bind => `${JSON.stringify(bind.name)} (${wants(bind)})`).join(', ')}. To give one, write ${setting('bind', `${optional[0]!.name}:SERVICE.GROUP`)}.`,
    )
  }
}

/** Whether a command line contains what could be `--bind NAME:SERVICE.GROUP`, in any quotes. */
function gives(command: string, name: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_-])${name}:[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]`).test(command)
}

function meantBy(name: string, binds: readonly PackageBind[]): PackageBind | undefined {
  const known = binds.map(bind => bind.name)
  const close = nearest(name, known)
  return binds.find(bind => bind.name === close)
}

function missingProblem({ name, exports }: PackageBind): string {
  const what = exports.length > 0 ? `a service group that exports ${listed(exports)}` : 'a service group'
  return `The required bind ${JSON.stringify(name)} is not given. Name ${what}: ${setting('bind', `${name}:SERVICE.GROUP`)}.`
}

function unknownProblem(
  text: string,
  name: string,
  meant: PackageBind | undefined,
  binds: readonly PackageBind[],
): string {
  if (binds.length === 0) return `${setting('bind', text)}: the package has no binds. Leave it out.`
  const problem = `${setting('bind', text)}: the package has no bind ${JSON.stringify(name)}`
  if (meant) {
    const right = meant.name + text.slice(name.length)
    return `${problem}. Did you mean ${described(meant)}? Write ${setting('bind', right)}.`
  }
  return `${problem}. Its binds are ${binds.map(described).join(', ')}. Give one of those, or leave this one out.`
}

function described(bind: PackageBind): string {
  return `${JSON.stringify(bind.name)} (${bind.optional ? 'optional' : 'required'}, ${wants(bind)})`
}

function wants({ exports }: PackageBind): string {
  return exports.length > 0 ? `needs ${listed(exports)}` : 'needs no exports'
}

function listed(words: readonly string[]): string {
  return words.map(word => JSON.stringify(word)).join(' and ')
}
