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
    edits: [
      // WebAssembly computes with 64 bits, although its pointers have only 32.
      {
        file: 'common_defs.h',
        from: 'typedef size_t machine_word_t;',
        to: 'typedef uint64_t machine_word_t;',
      },
      // The loop that follows compares words too, and V8 makes faster code of it alone.
      {
        file: 'lib/matchfinder_common.h',
        from: 'if (likely(max_len - len >= 4 * WORDBYTES)) {',
        to: 'if (0) {',
      },
      // A smaller table leaves more of the processor's cache to the other; matches of three bytes matter little.
      {
        file: 'lib/hc_matchfinder.h',
        from: '#define HC_MATCHFINDER_HASH3_ORDER\t15',
        to: '#define HC_MATCHFINDER_HASH3_ORDER\t13',
      },
      // Level 4, the default: a little faster, for 0.1 % of the size.
      {
        file: 'lib/deflate_compress.c',
        from: 'c->max_search_depth = 16;\n\t\tc->nice_match_length = 30;',
        to: 'c->max_search_depth = 14;\n\t\tc->nice_match_length = 32;',
      },
    ],
    module: 'src/codec/gzip/libdeflate.wasm',
  },
  process.argv.includes('--check'),
)
