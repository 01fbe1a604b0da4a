import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * Opens a regular file for reading, perhaps through a symlink. Unlike `open`, it does not wait for the writer of a
 * named pipe.
 * @throws what the file system throws, or Error in a few words, to be read behind the path
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // Windows has neither such pipes nor the flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Error('it is not a regular file')
}

/** The text in a regular file, in UTF-8. @throws as `openRegular` */
export async function readRegular(path: string): Promise<string> {
  const file = await openRegular(path)
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
