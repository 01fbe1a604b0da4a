import { builtin } from '../../lib/builtin.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'

/**
 * Checks that a text contains certificates in PEM, such as the `/ca/dcos-ca.crt` of a DC/OS cluster. TLS libraries
 * silently ignore what they cannot read.
 * @throws MesosizeError MARATHON_CA
 */
export function readClusterCa(text: string): string {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs)
  const hint =
    'Give the certificate of the authority in PEM, which begins with -----BEGIN CERTIFICATE-----; DC/OS serves its own at https://CLUSTER/ca/dcos-ca.crt.'
  if (!blocks) throw new MesosizeError('MARATHON_CA', `it does not contain a certificate. ${hint}`)
  for (const [index, block] of blocks.entries()) {
    try {
      new builtin.crypto.X509Certificate(block)
    } catch (error) {
      const which = blocks.length > 1 ? `certificate ${index + 1} of ${blocks.length}` : 'the certificate'
      throw new MesosizeError('MARATHON_CA', `${which} cannot be read (${messageOf(error)}). ${hint}`)
    }
  }
  return text
}
