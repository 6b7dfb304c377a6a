#!/usr/bin/env bash
# web/vendor.sh FOLDER: what the pages run in the browser, installed from the lock file and copied to FOLDER,
# from where the service gives it out under /aset/. Nothing is done if FOLDER holds it already.
# In a build tree FOLDER is build/web/vendor; a package installs it as share/naskah/web/assets/vendor.
set -euo pipefail
target=${1:?"usage: web/vendor.sh FOLDER"}
here=$(cd "$(dirname "$0")" && pwd)

# Each file under the name by which the pages know it, and the licence of each package.
files=(
  "htmx.org/dist/htmx.min.js htmx.min.js"
  "htmx.org/LICENSE htmx-licence.txt"
  "zxing-wasm/dist/iife/reader/index.js zxing-reader.js"
  "zxing-wasm/dist/reader/zxing_reader.wasm zxing-reader.wasm"
  "zxing-wasm/LICENSE zxing-licence.txt"
)

wanted=$(cat "$here/package-lock.json" "$0" | sha256sum | cut -d' ' -f1)
[ "$(cat "$target/.from" 2>/dev/null)" != "$wanted" ] || exit 0
command -v npm >/dev/null || { echo "vendor.sh: npm is not installed (./dev setup)" >&2; exit 69; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
mkdir -p "$target"
rm -f "$target"/* "$target/.from"
for file in "${files[@]}"; do
  install -m 644 "$work/node_modules/${file% *}" "$target/${file#* }"
done
echo "$wanted" >"$target/.from"
