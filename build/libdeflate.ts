/**
 * Makes src/codec/gzip/libdeflate.wasm: `npm run libdeflate`. With `--check` it only says whether that is what is
 * committed. What there is of libdeflate in the npm registry uses no SIMD and takes a new compressor for each call.
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
      // clang's file system knows no way up from a folder, and so looks for "../x.h" from the top.
      '-I.',
      'lib/deflate_compress.c',
      'lib/utils.c',
      ...EXPORTS.map(name => `-Wl,--export=${name}`),
    ],
    // WebAssembly computes with 64 bits, although its pointers have 32.
    edit: {
      file: 'common_defs.h',
      from: 'typedef size_t machine_word_t;',
      to: 'typedef uint64_t machine_word_t;',
    },
    module: 'src/codec/gzip/libdeflate.wasm',
  },
  process.argv.includes('--check'),
)
