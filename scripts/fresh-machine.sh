#!/usr/bin/env bash
# Runs the README's commands where there is nothing but Debian: makes a minimal root, clones the last commit of this
# checkout into it, and runs them there, one after the other.
#
#   scripts/fresh-machine.sh [bookworm|trixie] [demo|test|test:STAGE]...       bookworm and demo where nothing is said
#
# Needs root, debootstrap, and 20 GB below AICOVID_FRESH_DIR (default /var/tmp/aicovid-fresh), where the root is made
# anew each time and left for inspection. The root sees no data, as a stranger's machine has none, unless
# AICOVID_FRESH_DATA names a folder, which it then sees read-only at the place of ../shared/data. AICOVID_FRESH_CCACHE names
# a compiler cache to use; without one, everything is compiled. What pip needs to reach its index from here (PIP_CERT,
# PIP_INDEX_URL, proxies) is passed on.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=${1:-bookworm}
commands=("${@:2}")
[ "${#commands[@]}" -gt 0 ] || commands=(demo)
case "$suite" in bookworm | trixie) ;; *) echo "fresh-machine: $suite: expected bookworm or trixie"; exit 2 ;; esac
for command in "${commands[@]}"; do
  case "$command" in demo | test | test:?*) ;; *) echo "fresh-machine: $command: expected demo, test or test:STAGE"; exit 2 ;; esac
done
[ "$(id -u)" -eq 0 ] || { echo "fresh-machine: needs root, for debootstrap and chroot"; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh-machine: needs debootstrap (apt-get install debootstrap)"; exit 1; }
[ -z "$(git status --porcelain)" ] || echo "fresh-machine: what is not committed is not tried"

root=${AICOVID_FRESH_DIR:-/var/tmp/aicovid-fresh}/$suite
rm -rf --one-file-system "$root"
mkdir -p "$(dirname "$root")"
echo "fresh-machine: making a root of $suite"
debootstrap --variant=minbase "$suite" "$root" >"$root.debootstrap.log" 2>&1 || { tail "$root.debootstrap.log"; exit 1; }
git clone -q --no-hardlinks . "$root/srv/aicovid"
[ -z "${AICOVID_FRESH_DATA:-}" ] || mkdir -p "$root/srv/shared/data"
[ -z "${AICOVID_FRESH_CCACHE:-}" ] || mkdir -p "$root/root/.cache/ccache"
cp /etc/resolv.conf "$root/etc/resolv.conf"

variables=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in PIP_INDEX_URL PIP_DEFAULT_TIMEOUT http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  if [ -n "${!name:-}" ]; then variables+=("$name=${!name}"); fi
done
if [ -n "${PIP_CERT:-}" ]; then
  cp "$PIP_CERT" "$root/srv/authorities.pem"
  variables+=(PIP_CERT=/srv/authorities.pem)
fi

# Mounts and processes of the root are gone when the command ends, whatever becomes of it.
in_root() {
  AICOVID_FRESH_ROOT=$root unshare --mount --pid --fork --kill-child -- sh -c '
    mount --make-rprivate /
    mount -t proc proc "$AICOVID_FRESH_ROOT/proc"
    mount --rbind /dev "$AICOVID_FRESH_ROOT/dev"
    mount --rbind /sys "$AICOVID_FRESH_ROOT/sys"
    if [ -n "${AICOVID_FRESH_DATA:-}" ]; then
      mount --bind "$AICOVID_FRESH_DATA" "$AICOVID_FRESH_ROOT/srv/shared/data"
      mount -o remount,bind,ro "$AICOVID_FRESH_ROOT/srv/shared/data"
    fi
    if [ -n "${AICOVID_FRESH_CCACHE:-}" ]; then
      mount --bind "$AICOVID_FRESH_CCACHE" "$AICOVID_FRESH_ROOT/root/.cache/ccache"
    fi
    exec chroot "$AICOVID_FRESH_ROOT" env -i "$@"
  ' sh "${variables[@]}" "$@" </dev/null
}

for command in "${commands[@]}"; do
  SECONDS=0
  echo "fresh-machine: scripts/${command/:/.sh } on $suite"
  status=0
  stage=()
  [[ $command != *:* ]] || stage=("${command#*:}")
  in_root "/srv/aicovid/scripts/${command%%:*}.sh" "${stage[@]}" || status=$?
  echo "fresh-machine: $suite $command ended with $status after $SECONDS s"
  [ "$status" -eq 0 ] || exit "$status"
done
