#!/usr/bin/env bash
# Tests the wheel of scripts/wheel.sh where there is nothing but Debian and Python: makes a minimal root and runs
# scripts/check-wheel.sh in it, without a compiler, DCMTK, OpenCV or a codec.
#
#   scripts/bare-wheel.sh [bookworm|trixie] [openvino|torch]        bookworm and openvino where nothing is said
#
# Needs root, debootstrap, the build of build/release, and 1 GB below AICOVID_FRESH_DIR (default /var/tmp/aicovid-fresh; 7 GB for
# torch), where the root is made anew each time. What pip needs to reach its index from here is passed on.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=${1:-bookworm}
engine=${2:-openvino}
case "$suite" in bookworm | trixie) ;; *) echo "bare-wheel: $suite: expected bookworm or trixie"; exit 2 ;; esac
case "$engine" in openvino | torch) ;; *) echo "bare-wheel: $engine: expected openvino or torch"; exit 2 ;; esac
[ "$(id -u)" -eq 0 ] || { echo "bare-wheel: needs root, for debootstrap and chroot"; exit 1; }
command -v debootstrap >/dev/null || { echo "bare-wheel: needs debootstrap (apt-get install debootstrap)"; exit 1; }

root=${AICOVID_FRESH_DIR:-/var/tmp/aicovid-fresh}/wheel-$suite
rm -rf --one-file-system "$root"
mkdir -p "$(dirname "$root")"
echo "bare-wheel: making a root of $suite"
debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$root" >"$root.debootstrap.log" 2>&1 ||
  { tail "$root.debootstrap.log"; exit 1; }
mkdir -p "$root/srv/scripts" "$root/srv/tests"
cp build/wheel/*.whl "$root/srv"
cp -r tests/wheel "$root/srv/tests"
cp scripts/check-wheel.sh "$root/srv/scripts"
scripts/wheel-expected.sh "$root/srv/expected"
cp /etc/resolv.conf "$root/etc/resolv.conf"

variables=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in PIP_INDEX_URL PIP_DEFAULT_TIMEOUT http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  if [ -n "${!name:-}" ]; then variables+=("$name=${!name}"); fi
done
if [ -n "${PIP_CERT:-}" ]; then
  cp "$PIP_CERT" "$root/srv/authorities.pem"
  variables+=(PIP_CERT=/srv/authorities.pem)
fi

echo "bare-wheel: packages of Debian in it: $(chroot "$root" dpkg-query -W -f '.' | wc -c)"
! chroot "$root" dpkg-query -W -f '${Package}\n' | grep -E 'dcmtk|opencv|openjp|xgboost|libxml2|^g\+\+' || exit 1
SECONDS=0
status=0
# Mounts and processes of the root are gone when the command ends, whatever becomes of it.
AICOVID_BARE_ROOT=$root unshare --mount --pid --fork --kill-child -- sh -c '
  mount --make-rprivate /
  mount -t proc proc "$AICOVID_BARE_ROOT/proc"
  mount --rbind /dev "$AICOVID_BARE_ROOT/dev"
  exec chroot "$AICOVID_BARE_ROOT" env -i "$@"
' sh "${variables[@]}" sh -c "exec /srv/scripts/check-wheel.sh /srv/*.whl /srv/expected $engine" </dev/null || status=$?
echo "bare-wheel: $suite $engine ended with $status after $SECONDS s"
exit "$status"
