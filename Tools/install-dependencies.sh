#!/usr/bin/env bash
# Installs the system packages that Palate needs and says which; does nothing when all are there.
# With the argument "python" it installs what the end-to-end tests need instead.
set -euo pipefail

purpose=${1:-build}

if ! command -v swift >/dev/null; then
    echo "Palate needs Swift 6.2 or newer: https://www.swift.org/install" >&2
    exit 1
fi

missing=()
need() { # PACKAGE CHECK...
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

case "$(uname -s)" in
Darwin)
    if [ "$purpose" = python ]; then
        need python command -v python3
    else
        need pkg-config command -v pkg-config
        need openblas brew list openblas
    fi
    [ ${#missing[@]} -eq 0 ] && exit 0
    if ! command -v brew >/dev/null; then
        echo "Please install: ${missing[*]} (Homebrew was not found)" >&2
        exit 1
    fi
    echo "Installing with brew: ${missing[*]}"
    brew install "${missing[@]}"
    ;;
Linux)
    if [ "$purpose" = python ]; then
        need python3 command -v python3
        need python3-venv python3 -c 'import ensurepip, venv'
    else
        need pkg-config command -v pkg-config
        need libopenblas-dev pkg-config --exists openblas
        need libsqlite3-dev pkg-config --exists sqlite3
        need unzip command -v unzip
    fi
    [ ${#missing[@]} -eq 0 ] && exit 0
    if ! command -v apt-get >/dev/null; then
        echo "Please install the equivalents of these Debian packages: ${missing[*]}" >&2
        exit 1
    fi
    echo "Installing with apt-get: ${missing[*]}"
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
    ;;
*)
    echo "Palate is built on Linux and macOS only." >&2
    exit 1
    ;;
esac
