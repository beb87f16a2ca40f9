#!/usr/bin/env bash
# Puts the libraries of a language and what is written with them into a folder: install.sh LANGUAGE FOLDER.
# Does nothing where the folder has them already in just this version.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
language=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
mark=$folder/installed
# Two tests may want the same at once.
exec 9>"$folder/lock"
flock 9
state=$(cd "$here" && cat install.sh $(find "$language" -type f | LC_ALL=C sort) | sha256sum)
if [ -e "$mark" ] && [ "$(cat "$mark")" = "$state" ]; then
    exit 0
fi
rm -f "$mark"
cp -r "$here/$language/." "$folder/"
cd "$folder"
case $language in
python)
    rm -rf library
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --only-binary :all: \
        --target library --requirement requirements.txt
    ;;
go) GOFLAGS=-mod=readonly go build -o client . ;;
node) npm ci --silent --no-audit --no-fund ;;
java) mvn --quiet --batch-mode compile ;;
esac
printf '%s' "$state" >"$mark"
