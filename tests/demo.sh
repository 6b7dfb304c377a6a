#!/usr/bin/env bash
# ./dev run: a demo office, one letter of each kind issued and verified, and what to try next.
set -euo pipefail
cd "$(dirname "$0")/.."
naskah=${NASKAH_COMMAND:-$PWD/build/bin/naskah}
out=${2:-out}

# A new office each time: an office that was made before may hold somebody's letters, and revokes a licence only once.
office=${1:-demo}
number=2
while [ $# -eq 0 ] && [ -e "$office" ]; do
  office=demo-$((number++))
done
"$naskah" init "$office" --demo >/dev/null
echo "Kantor contoh dibuat di $office/ (semua nama dan kuncinya contoh)."
export NASKAH_OFFICE=$office
mkdir -p "$out"

printf '\n%-30s %-44s %-38s %s\n' "JENIS" "NOMOR" "BERKAS" "PEMERIKSAAN"
worst=0
# One row: a letter issued and verified. Letters of different kinds do not wait for each other.
letter() {
  local kind=$1 row verdict
  "$naskah" template example "$kind" >"$out/$kind.json"
  if row=$("$naskah" issue "$kind" "$out/$kind.json" -o "$out/$kind.pdf" 2>"$out/$kind.log") &&
    verdict=$("$naskah" verify "$out/$kind.pdf" | head -n 1 | sed 's/.*: //'); then
    printf '%-30s %-44s %-38s %s\n' "$kind" "$(cut -f1 <<<"$row")" "$out/$kind.pdf" "$verdict"
  else
    printf '%-30s %s %s\n' "$kind" "GAGAL" "$(tr '\n' ' ' <"$out/$kind.log")"
    return 1
  fi
}
export -f letter
export naskah out
"$naskah" template list | cut -d' ' -f1 | xargs -P "$(nproc)" -I{} bash -c 'set -o pipefail; letter {}' || worst=1
"$naskah" register check
"$naskah" demo
"$naskah" register check

cat <<TEXT

Coba berikutnya:
  export NASKAH_OFFICE=$office PATH=\$PWD/build/bin:\$PATH
  naskah register list
  naskah template example surat-perintah-tugas > spt.json    lalu sunting spt.json
  naskah render surat-perintah-tugas spt.json -o konsep.pdf  konsep tanpa nomor
  naskah issue  surat-perintah-tugas spt.json -o spt.pdf     surat bernomor dan bertanda tangan
  naskah verify spt.pdf

TEXT
cat "$office/akun-contoh.txt"
echo "PIN tanda tangan kepala:    $(cat "$office/keys/kepala.sandi")"
# A test looks at what was made; a newcomer goes on in the browser.
if [ $# -gt 0 ] || [ $worst -ne 0 ]; then exit $worst; fi
echo
echo "Peramban: masuk di alamat di bawah ini (/masuk untuk petugas). Ctrl-C untuk berhenti."
exec "$naskah" serve --listen "${NASKAH_LISTEN:-127.0.0.1:8080}" --log errors
