import { pMapIterable } from 'p-map'
import type { Block } from '../tar/blocks.ts'
import type { Compressor } from './gzip.ts'

/** A compressed block. */
export interface Member {
  bytes: Uint8Array
  /** Bytes of the block. */
  size: number
}

export interface Compression {
  /** Makes a member of a block, perhaps on another thread. */
  compress: Compressor
  /** How many blocks may be between reading and writing; each takes BLOCK_SIZE and its compressed size. */
  blocksInFlight: number
}

/** Compresses blocks, several at the same time; the members come in the blocks' order. */
export function compressBlocks(
  blocks: AsyncIterable<Block>,
  { compress, blocksInFlight }: Compression,
): AsyncIterable<Member> {
  return pMapIterable(blocks, block => toMember(block, compress), { concurrency: blocksInFlight })
}

export async function toMember(block: Block, compress: Compressor): Promise<Member> {
  return { bytes: await compress(block), size: block.length }
}
