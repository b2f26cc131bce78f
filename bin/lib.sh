# What the scripts of this folder share: where things are, how they speak, how the release is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools of this checkout come first: npm's wasm-opt builds a working page, Debian's does not. Debian's nginx is in sbin.
export PATH="$PWD/target/tools/bin:$PWD/end2end/node_modules/.bin:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin"

confab=$PWD/target/release/confab

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf '\033[1;31m%s\033[0m\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

# Builds the page, and the program with the page in it, unless nothing changed since the last time.
build_release() {
  local stamp=target/release/confab.built
  mkdir -p target/release
  if has_changed "$stamp" Cargo.toml Cargo.lock rust-toolchain.toml app frontend style; then
    say "Building: about 7 minutes on two cores the first time, one or two after a change."
    rm -f "$stamp" && touch "$stamp.started"
    # Not where the development server has its page.
    LEPTOS_HASH_FILES=true LEPTOS_SITE_ROOT=target/release/site cargo leptos build --release --frontend-only --precompress ||
      fail "The page's build failed: the reason stands above."
    mv "$stamp.started" "$stamp"
  fi
  # Also when all is built, in a second: so the program is never another one than this.
  cargo build --release -p server --features embed || fail "The program's build failed: the reason stands above."
}

# has_changed STAMP PATHS…: whether one of them is newer than the stamp.
has_changed() { [ ! -f "$1" ] || [ -n "$(find "${@:2}" -newer "$1" -print -quit)" ]; }

# A port of 127.0.0.1 on which nobody listens.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
