#!/usr/bin/env bash
# Installs what aicovid is built and tested with: Debian packages (by apt-get, needs root or sudo) and a virtual
# environment with pinned Python packages. Does nothing, and asks no server anything, when all is there already.
#
#   scripts/setup.sh                       everything, into .venv: LibTorch, OpenVINO, references, training
#   scripts/setup.sh --engines openvino    without LibTorch, into .venv-openvino: 0.4 GB instead of 7
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
build=build/release
requirements=scripts/requirements.txt
nodeps=scripts/requirements-nodeps.txt
size="LibTorch included: 7 GB"
if [ $# -gt 0 ]; then
  [ "$*" = "--engines openvino" ] || { echo "setup: unknown arguments $*; expected nothing, or --engines openvino"; exit 2; }
  venv=.venv-openvino
  build=build/openvino
  requirements=scripts/requirements-openvino.txt
  nodeps=scripts/requirements-openvino-nodeps.txt
  size="0.4 GB"
fi

# The names of scripts/packages.txt, but for Catch2, whose version decides where it comes from.
mapfile -t packages < <(sed 's/#.*//' scripts/packages.txt | while read -r name _; do
  case "$name" in '' | catch2) ;; *) echo "$name" ;; esac
done)

say() { printf 'setup: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else say "needs root for: $*"; exit 1
  fi
}

# Prints the packages of its arguments that are not installed.
missing() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

catch2_is_v3() {
  local version
  version=$(dpkg-query -W -f '${Version}' catch2 2>/dev/null) && dpkg --compare-versions "$version" ge 3
}

# The major version of Catch2 that apt would install, 0 where it has none.
offered_catch2() {
  local version
  version=$(apt-cache policy catch2 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*\)\..*/\1/p')
  echo "${version:-0}"
}

# Debian 12's own Catch2 is version 2; its backports have version 3. The backports' source entry is made from the
# machine's own Debian entry, so that a local mirror is respected. An installer leaves that entry in sources.list, an
# image in sources.list.d, and either file may be missing.
add_backports() { # suite
  local suite=$1 uri
  local lists=()
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
    if [ -f "$list" ]; then lists+=("$list"); fi
  done
  [ "${#lists[@]}" -gt 0 ] || lists=(/dev/null)
  uri=$(awk -v suite="$suite" '
    $1 == "URIs:" { uri = $2 }
    $1 == "Suites:" { for (i = 2; i <= NF; ++i) if ($i == suite) { print uri; exit } }
    $1 == "deb" { i = 2; if ($i ~ /^\[/) { while ($i !~ /\]$/) ++i; ++i }; if ($(i + 1) == suite) { print $i; exit } }
  ' "${lists[@]}")
  if [ -z "$uri" ]; then say "found no Debian source entry for $suite to derive its backports from"; exit 1; fi
  say "adding $suite-backports for Catch2 3"
  echo "deb $uri $suite-backports main" | as_root tee /etc/apt/sources.list.d/aicovid-backports.list >/dev/null
  as_root apt-get update -qq
}

install_catch2() {
  local suite target=()
  # A machine that has never asked its servers knows of no version at all.
  [ "$(offered_catch2)" -gt 0 ] || as_root apt-get update -qq
  if [ "$(offered_catch2)" -lt 3 ]; then
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    apt-cache madison catch2 2>/dev/null | grep -q "$suite-backports" || add_backports "$suite"
    target=(-t "$suite-backports")
  fi
  as_root apt-get install -y -qq --no-install-recommends "${target[@]}" catch2 >/dev/null
  say "Catch2 $(dpkg-query -W -f '${Version}' catch2)"
}

export DEBIAN_FRONTEND=noninteractive
mapfile -t needed < <(missing "${packages[@]}")
if [ "${#needed[@]}" -gt 0 ]; then
  say "installing Debian packages: ${needed[*]}"
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
fi
catch2_is_v3 || install_catch2

stamp=$venv/aicovid-requirements.sha256
wanted=$(cat "$requirements" "$nodeps" | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say "making $venv with the packages of $requirements ($size, some minutes)"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$requirements"
  # Packages whose declared requirements would pull in what is not used here.
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$nodeps"
  echo "$wanted" > "$stamp"
fi

# The environment's Python finds the package `aicovid_models` and the built module `aicovid`. The folders are relative to the
# environment, so that another checkout that links to it finds its own. PYTHONPATH stands before them.
"$venv/bin/python" - "$build" <<'PYTHON'
import os, sys, sysconfig

packages = sysconfig.get_path("purelib")
with open(os.path.join(packages, "aicovid.pth"), "w", encoding="utf-8") as file:
    for folder in ("models", f"{sys.argv[1]}/python"):
        print(os.path.relpath(folder, packages), file=file)
PYTHON
