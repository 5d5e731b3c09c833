#!/usr/bin/env bash
# Installs what Altyn needs to build and test on Debian 12. Does nothing where it is all there.
# usage: ./setup.sh [build|test|check]   build: compiler and libraries; test: also a browser and the
# property-test library; check: also the formatter, the linter and a fuzzing compiler.
set -euo pipefail
level="${1:-build}"

packages=(g++ cmake ninja-build ccache pkg-config libeigen3-dev libfmt-dev nlohmann-json3-dev
          libtomlplusplus-dev libcli11-dev librandom123-dev ca-certificates)
if [[ $level != build ]]; then
  packages+=(libgtest-dev libgmock-dev librapidcheck-dev libsundials-dev chromium python3)
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
