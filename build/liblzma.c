/*
 * The interface of the module that liblzma.ts builds from liblzma: a decoder of .xz streams with its buffers, and its
 * memory.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "lzma.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define PAGE 65536
#define ALIGNMENT 16
#define INPUT_SIZE (256 * 1024)
#define OUTPUT_SIZE (1024 * 1024)

static uint8_t input[INPUT_SIZE];
static uint8_t output[OUTPUT_SIZE];
static lzma_stream stream;

/* The end of wasm-ld's data, and the end of the allocated memory. */
extern unsigned char __heap_base[];
static size_t heap_end;

/* All memory is freed at once, when the next stream is opened. */
void *malloc(size_t size) {
  size_t start = (heap_end + ALIGNMENT - 1) & -ALIGNMENT;
  size_t pages = (start + size + PAGE - 1) / PAGE;
  size_t there = __builtin_wasm_memory_size(0);
  if (pages > there && __builtin_wasm_memory_grow(0, pages - there) == (size_t)-1) return NULL;
  heap_end = start + size;
  return (void *)start;
}

void free(void *memory) {
  (void)memory;
}

int memcmp(const void *one, const void *other, size_t count) {
  const unsigned char *a = one, *b = other;
  for (; count > 0; count--, a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

EXPORT(input) uint8_t *input_start(void) {
  return input;
}

EXPORT(inputSize) size_t input_size(void) {
  return INPUT_SIZE;
}

EXPORT(output) uint8_t *output_start(void) {
  return output;
}

/* The number of bytes of output. */
EXPORT(decoded) size_t decoded(void) {
  return OUTPUT_SIZE - stream.avail_out;
}

EXPORT(outputSize) size_t output_size(void) {
  return OUTPUT_SIZE;
}

/* Starts a stream, even in the middle of another. Returns a lzma_ret, as decode does. */
EXPORT(open) lzma_ret open_stream(uint32_t memory_limit) {
  heap_end = (size_t)__heap_base;
  memset(&stream, 0, sizeof stream);
  return lzma_stream_decoder(&stream, memory_limit, LZMA_TELL_UNSUPPORTED_CHECK);
}

/* Sets the number of bytes of input. */
EXPORT(feed) void feed(size_t count) {
  stream.next_in = input;
  stream.avail_in = count;
}

/* The number of unused bytes of input. */
EXPORT(unused) size_t unused(void) {
  return stream.avail_in;
}

/* Appends to the output until it is full or the input is used up. A full output starts over. */
EXPORT(decode) lzma_ret decode(int at_end) {
  if (stream.avail_out == 0) {
    stream.next_out = output;
    stream.avail_out = OUTPUT_SIZE;
  }
  return lzma_code(&stream, at_end ? LZMA_FINISH : LZMA_RUN);
}
