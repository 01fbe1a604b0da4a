import { expect, test } from 'vitest'
import { binLinks } from '../../src/rootfs/binlinks.ts'
import { IDENTS, makeClosure, makePackage } from './handmade.ts'

const BUSYBOX = `/hab/pkgs/${IDENTS.busybox}/bin/busybox`

test("busybox's applets give way to the requested packages, and those to the service", () => {
  const tools = makePackage('core/tools/1/20240101000000', { binaries: ['bin/cat', 'bin/jq', 'sbin/curl'] })
  const hab = makePackage('chef/hab/2.0.0/20240101000000', { binaries: ['bin/hab', 'bin/jq'] })
  const dependency = makePackage('core/glibc/2/20240101000000', { binaries: ['bin/ldd'] })
  const closure = makeClosure({
    busybox: { binaries: ['bin/busybox', 'bin/cat', 'bin/ls', 'bin/sh'] },
    service: { binaries: ['bin/curl', 'libexec/curl'] },
    others: [tools, hab, dependency],
    requested: [tools, hab],
  })
  expect(Object.fromEntries(binLinks(closure, BUSYBOX))).toEqual({
    busybox: BUSYBOX,
    sh: `/hab/pkgs/${IDENTS.busybox}/bin/sh`,
    ls: `/hab/pkgs/${IDENTS.busybox}/bin/ls`,
    cat: '/hab/pkgs/core/tools/1/20240101000000/bin/cat',
    jq: '/hab/pkgs/core/tools/1/20240101000000/bin/jq',
    curl: `/hab/pkgs/${IDENTS.service}/bin/curl`,
    hab: '/hab/pkgs/chef/hab/2.0.0/20240101000000/bin/hab',
  })
})

test('there is a sh even if busybox has no links', () => {
  const closure = makeClosure({ busybox: { binaries: ['bin/busybox'] } })
  expect(Object.fromEntries(binLinks(closure, BUSYBOX))).toEqual({ busybox: BUSYBOX, sh: BUSYBOX })
})
