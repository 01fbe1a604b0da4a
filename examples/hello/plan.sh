# shellcheck shell=bash disable=SC2034
# A plan as `hab pkg build examples/hello` would build it, but for one name: the dependency is the example's
# stand-in. Where Habitat's own packages are at hand, write core/busybox-static.
pkg_name=hello
pkg_origin=example
pkg_version=1.0.0
pkg_description="Greets whoever asks over HTTP"
pkg_license=("Apache-2.0")
pkg_deps=(stand-in/busybox-static)
pkg_exports=(
  [http]=server.port
)
pkg_exposes=(http)
pkg_svc_user=hab
pkg_svc_group=hab

do_build() {
  return 0
}

# default.toml, config/ and hooks/ are taken up by the builder itself.
do_install() {
  return 0
}
