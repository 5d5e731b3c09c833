#!/usr/bin/env bash
# Makes the pictures of this folder from the bundled scenarios. Needs the built command, npm ci in
# web/, and Chromium. usage: docs/pictures/make.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
for name in caspian borders-back crossing-closed altai; do
  build/release/bin/altyn corridors run "cases/eaeu/corridors-$name.toml" \
    --output "out/corridors-$name" --quiet >/dev/null
  node web/e2e/picture.js "out/corridors-$name/report.html" \
    '#figure-corridor_map [data-panel=after]' "docs/pictures/corridors-$name.png"
done
