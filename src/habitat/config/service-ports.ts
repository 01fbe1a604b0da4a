/** A port of a service, and its place in the configuration. */
export interface ServicePort {
  /** Its public name. */
  name: string
  /** Its path in the configuration, outermost table first. */
  path: readonly string[]
  /** The text before the number: `127.0.0.1:` in an address, otherwise nothing. */
  before: string
  /** The number in default.toml, or else in the override, 1 to 65535; undefined if neither has one. */
  number?: number
  /** The name of an earlier port with the same number, which is the same port written as an address. */
  sameAs?: string
}

/** Ports in the order in which they are found; earlier ones are looked up by path and number. */
export class ServicePorts {
  readonly all: ServicePort[] = []
  readonly #byPath = new Map<string, ServicePort>()
  /** The first port with a number, in any form, and the first that is an address. */
  readonly #byNumber = new Map<number, ServicePort>()
  readonly #addresses = new Map<number, ServicePort>()

  at(path: readonly string[]): ServicePort | undefined {
    return this.#byPath.get(path.join('.'))
  }

  /** @returns the port, with the name of an earlier port that has the same number if one of the two is an address */
  add(port: Omit<ServicePort, 'sameAs'>): ServicePort {
    const { number, before, path } = port
    const same =
      number === undefined ? undefined : (before === '' ? this.#addresses : this.#byNumber).get(number)
    const added = same ? { ...port, sameAs: same.sameAs ?? same.name } : port
    this.all.push(added)
    keepFirst(this.#byPath, path.join('.'), added)
    if (number !== undefined) {
      keepFirst(this.#byNumber, number, added)
      if (before !== '') keepFirst(this.#addresses, number, added)
    }
    return added
  }
}

function keepFirst<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value)
}
