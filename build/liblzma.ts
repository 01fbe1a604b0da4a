/**
 * Builds src/codec/xz/liblzma.wasm: `npm run liblzma`. With `--check`, it only checks that the result is committed. The
 * decoder in the npm registry takes one and a half times as long.
 */
import { makeWasm } from './wasm.ts'

const LIBLZMA = 'src/liblzma'

// Only the filter that Habitat uses, but all checks.
const DEFINES = [
  'HAVE_DECODERS',
  'HAVE_DECODER_LZMA2',
  'HAVE_CHECK_CRC32',
  'HAVE_CHECK_CRC64',
  'HAVE_CHECK_SHA256',
  'HAVE_STDBOOL_H',
  'HAVE_STDINT_H',
  'HAVE_INTTYPES_H',
  'HAVE___BUILTIN_BSWAPXX',
  'HAVE_VISIBILITY=0',
  'SIZEOF_SIZE_T=4',
  'TUKLIB_FAST_UNALIGNED_ACCESS',
  'TUKLIB_SYMBOL_PREFIX=lzma_',
  'NDEBUG',
  // The range decoder without branches, which range_decoder.h offers if there is no assembler.
  'LZMA_RANGE_DECODER_CONFIG=15',
]

/** Bytes; for a dictionary of 64 MiB, the buffers, and smaller dictionaries of earlier blocks that were not freed. */
const MEMORY = 80 << 20

const FOLDERS = ['api', 'common', 'check', 'lz', 'rangecoder', 'lzma', 'delta', 'simple']

const SOURCES = [
  'check/check.c',
  'check/crc32_fast.c',
  'check/crc64_fast.c',
  'check/sha256.c',
  'common/block_decoder.c',
  'common/block_header_decoder.c',
  'common/block_util.c',
  'common/common.c',
  'common/filter_common.c',
  'common/filter_decoder.c',
  'common/filter_flags_decoder.c',
  'common/index_hash.c',
  'common/stream_decoder.c',
  'common/stream_flags_common.c',
  'common/stream_flags_decoder.c',
  'common/vli_decoder.c',
  'common/vli_size.c',
  'lz/lz_decoder.c',
  'lzma/lzma2_decoder.c',
  'lzma/lzma_decoder.c',
]

await makeWasm(
  {
    script: 'liblzma',
    library: 'xz',
    shim: 'build/liblzma.c',
    args: [
      `-Wl,--max-memory=${MEMORY}`,
      ...DEFINES.map(define => `-D${define}`),
      '-Isrc/common',
      ...FOLDERS.map(folder => `-I${LIBLZMA}/${folder}`),
      ...SOURCES.map(source => `${LIBLZMA}/${source}`),
    ],
    module: 'src/codec/xz/liblzma.wasm',
  },
  process.argv.includes('--check'),
)
