#!/usr/bin/env bash
# Installs what aicovid is built and tested with: Debian packages (by apt-get, needs root or sudo) and a
# virtual environment `.venv` with pinned Python packages, LibTorch among them. Does nothing, and asks no
# server anything, when all is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  g++ cmake ninja-build ccache git pkg-config python3 python3-venv
  libdcmtk-dev dcmtk libopenjp2-7-dev libpng-dev libjpeg62-turbo-dev libopencv-imgproc-dev
  nlohmann-json3-dev libvalijson-dev libfmt-dev libcli11-dev libssl-dev
  libbenchmark-dev
  clang-format clang-tidy doxygen
)

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

# Debian 12's own Catch2 is version 2; its backports have version 3. The backports' source entry is made
# from the machine's own Debian entry, so that a local mirror is respected.
add_backports() {
  local suite uri
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  if apt-cache madison catch2 2>/dev/null | grep -q "$suite-backports"; then return; fi
  uri=$(awk -v suite="$suite" '
    $1 == "URIs:" { uri = $2 }
    $1 == "Suites:" { for (i = 2; i <= NF; ++i) if ($i == suite) { print uri; exit } }
    $1 == "deb" { i = 2; if ($i ~ /^\[/) { while ($i !~ /\]$/) ++i; ++i }; if ($(i + 1) == suite) { print $i; exit } }
  ' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
  if [ -z "$uri" ]; then say "found no Debian source entry for $suite to derive its backports from"; exit 1; fi
  say "adding $suite-backports for Catch2 3"
  echo "deb $uri $suite-backports main" | as_root tee /etc/apt/sources.list.d/aicovid-backports.list >/dev/null
  as_root apt-get update -qq
}

export DEBIAN_FRONTEND=noninteractive
mapfile -t needed < <(missing "${packages[@]}")
if [ "${#needed[@]}" -gt 0 ]; then
  say "installing Debian packages: ${needed[*]}"
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
fi
if ! catch2_is_v3; then
  # shellcheck source=/dev/null
  distribution=$(. /etc/os-release && echo "${ID:-}")
  if [ "$distribution" = debian ] && ! dpkg --compare-versions "$(apt-cache show catch2 | awk '$1 == "Version:" { print $2; exit }')" ge 3; then
    add_backports
    # shellcheck source=/dev/null
    as_root apt-get install -y -qq --no-install-recommends -t "$(. /etc/os-release && echo "$VERSION_CODENAME")-backports" catch2 >/dev/null
  else
    as_root apt-get install -y -qq --no-install-recommends catch2 >/dev/null
  fi
  say "Catch2 $(dpkg-query -W -f '${Version}' catch2)"
fi

stamp=.venv/aicovid-requirements.sha256
wanted=$(cat scripts/requirements.txt scripts/requirements-nodeps.txt | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say "making .venv with the packages of scripts/requirements.txt (LibTorch included: 5 GB, some minutes)"
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check -r scripts/requirements.txt
  # Packages whose declared requirements would pull in what is not used here.
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -r scripts/requirements-nodeps.txt
  echo "$wanted" > "$stamp"
fi
