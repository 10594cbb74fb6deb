#!/usr/bin/env bash
# Compares the copy tool with cp and with dd, block by block: interleaved rounds, medians in
# milliseconds and ratios to dd with blocks as large. Usage: compare.sh EXECUTABLE [MIB] [ROUNDS]
set -eu
tool=$1
mib=${2:-128}
rounds=${3:-7}
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/compare.XXXXXX")
trap 'rm -rf "$folder"' EXIT
head -c $((mib * 1048576)) /dev/urandom > "$folder/source"

# Copies once by a command, checks the bytes, and notes the time under a name.
timed() {
  local name=$1 begin end
  shift
  rm -f "$folder/target"
  begin=$(date +%s%N)
  "$@" > "$folder/said" 2>&1
  end=$(date +%s%N)
  cmp -s "$folder/source" "$folder/target" || { echo "$name copied wrongly" >&2; exit 1; }
  echo $(((end - begin) / 1000)) >> "$folder/$name"
}
ours() {
  LOOM_BLOCK=$3 timed "$1" "$tool" --backend "$2" --address "source=$folder/source" \
    --address "target=$folder/target"
}
median() { sort -n "$folder/$1" | sed -n "$(((rounds + 1) / 2))p"; }

for _ in $(seq "$rounds"); do
  timed cp cp --reflink=never "$folder/source" "$folder/target"
  for block in 4096 65536; do
    timed "dd-$block" dd "if=$folder/source" "of=$folder/target" "bs=$block"
    ours "io_uring-$block" io_uring "$block"
    ours "epoll-$block" epoll "$block"
  done
done
echo "cp: $(($(median cp) / 1000)) ms for $mib MiB"
for block in 4096 65536; do
  base=$(median "dd-$block")
  for name in dd io_uring epoll; do
    took=$(median "$name-$block")
    ratio=$(awk "BEGIN { printf \"%.2f\", $took / $base }")
    echo "$name, blocks of $block: $((took / 1000)) ms, $ratio of dd"
  done
done
