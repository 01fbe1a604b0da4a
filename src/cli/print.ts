import { MesosizeError } from '../lib/errors.ts'

/**
 * Writes to standard output, which may be a full disk or a closed pipe.
 * @param instead added to the error
 * @throws MesosizeError STDOUT_UNWRITABLE
 */
export function print(text: string, instead = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, error => {
      if (!error) return resolve()
      reject(
        new MesosizeError(
          'STDOUT_UNWRITABLE',
          `Standard output cannot be written to (${error.message})${instead}. Send it elsewhere.`,
        ),
      )
    })
  })
}
