/** Aborted by the second signal to stop. The session takes care of the first; a third ends this program immediately. */
export function secondSignal(onFirst: () => void): AbortSignal {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const second = new AbortController()
  const end = () => {
    for (const name of names) process.off(name, end)
    second.abort()
  }
  const begin = () => {
    for (const name of names) process.off(name, begin).on(name, end)
    onFirst()
  }
  for (const name of names) process.on(name, begin)
  return second.signal
}

/** Stops this program, gracefully, when nobody reads the service's output any more, as SIGPIPE ends other programs. */
export function stopWithoutReader(): void {
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.kill(process.pid, 'SIGTERM')
  })
}
