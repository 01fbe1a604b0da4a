/*
 * The memory of the module that libdeflate.ts builds from libdeflate. It is allocated once, for a compressor and its
 * buffers, and kept for the lifetime of the instance.
 */
#include <stddef.h>

#define PAGE 65536
#define ALIGNMENT 16

/* The end of wasm-ld's data. */
extern unsigned char __heap_base[];

void *malloc(size_t size) {
  static unsigned char *heap_end = __heap_base;
  size_t start = ((size_t)heap_end + ALIGNMENT - 1) & -ALIGNMENT;
  size_t pages = (start + size + PAGE - 1) / PAGE;
  size_t there = __builtin_wasm_memory_size(0);
  if (pages > there && __builtin_wasm_memory_grow(0, pages - there) == (size_t)-1) return NULL;
  heap_end = (unsigned char *)start + size;
  return (void *)start;
}

void free(void *memory) {
  (void)memory;
}
