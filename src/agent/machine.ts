import { MesosizeError } from '../lib/errors.ts'

/**
 * Apps run only where agents do.
 * @throws MesosizeError RUN_SYSTEM
 */
export function checkSystem(platform: NodeJS.Platform): void {
  if (platform === 'linux') return
  const advice =
    platform === 'win32'
      ? 'Run it in WSL 2, or on a Linux machine.'
      : 'Run it on a Linux machine, or in a virtual machine with Linux, such as one of Lima or Multipass.'
  throw new MesosizeError(
    'RUN_SYSTEM',
    `"mesosize run" needs Linux, whose namespaces contain the app; this is ${JSON.stringify(platform)}. ${advice} Everything else of Mesosize works here.`,
  )
}
