/**
 * Builds src/codec/gzip/libdeflate.wasm: `npm run libdeflate`. With `--check`, it only checks that the result is
 * committed. The builds of libdeflate in the npm registry use no SIMD, and create a new compressor for each call.
 */
import { makeWasm } from './wasm.ts'

const EXPORTS = [
  'malloc',
  'libdeflate_alloc_compressor',
  'libdeflate_deflate_compress',
  'libdeflate_deflate_compress_bound',
]

await makeWasm(
  {
    script: 'libdeflate',
    library: 'libdeflate',
    shim: 'build/libdeflate.c',
    args: [
      '-msimd128',
      // clang's file system does not resolve "..", and so looks for "../x.h" at the top.
      '-I.',
      'lib/deflate_compress.c',
      'lib/utils.c',
      ...EXPORTS.map(name => `-Wl,--export=${name}`),
    ],
    // WebAssembly computes with 64 bits, although its pointers have only 32.
    edit: {
      file: 'common_defs.h',
      from: 'typedef size_t machine_word_t;',
      to: 'typedef uint64_t machine_word_t;',
    },
    module: 'src/codec/gzip/libdeflate.wasm',
  },
  process.argv.includes('--check'),
)
