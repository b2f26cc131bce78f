# What the scripts of this folder share: where things are, how they speak, how the release is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools of this checkout come first: npm's wasm-opt builds a working page, Debian's does not. Debian's nginx is in sbin.
export PATH="$PWD/target/tools/bin:$PWD/end2end/node_modules/.bin:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin"

# A release keeps its page beside its program, so that the development server's page never gets in. Confab reads this too.
export CONFAB_SITE="$PWD/target/release/site"
confab=$PWD/target/release/confab

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf '\033[1;31m%s\033[0m\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

# Builds the program and the page it serves, unless nothing changed since the last time.
build_release() {
  local stamp=target/release/confab.built
  if [ -f "$stamp" ] && [ -z "$(find Cargo.toml Cargo.lock rust-toolchain.toml app frontend server style -newer "$stamp" -print -quit)" ]; then
    return
  fi
  say "Building: about 7 minutes on two cores the first time, one or two after a change."
  rm -f "$stamp"
  mkdir -p target/release && touch "$stamp.started"
  LEPTOS_HASH_FILES=true LEPTOS_SITE_ROOT=target/release/site cargo leptos build --release --precompress ||
    fail "The build failed: the reason stands above."
  mv "$stamp.started" "$stamp"
}

# A port of 127.0.0.1 on which nobody listens.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
