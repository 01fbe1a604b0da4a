import { readFileSync } from 'node:fs'

// Node's types do not declare it.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
}

/**
 * Starts a module that has no imports.
 * @param file beside the code that uses it, in the bundle too
 * @returns what it exports
 * @throws ReferenceError, CompileError or RangeError if Node has no WebAssembly, or its SIMD or the memory is refused
 */
export function startWasm(file: URL): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports
}
