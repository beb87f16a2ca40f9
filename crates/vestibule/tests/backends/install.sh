#!/usr/bin/env bash
# Puts the program of a language out of docs/backends.md into a folder, with what it needs: install.sh LANGUAGE FOLDER.
# Does nothing where the folder has it already in just this version.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
page=$here/../../../../docs/backends.md
language=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
mark=$folder/installed
# Two tests may want the same at once.
exec 9>"$folder/lock"
flock 9
state=$(cd "$here" && cat install.sh "$page" $(find "$language" -type f | LC_ALL=C sort) | sha256sum)
if [ -e "$mark" ] && [ "$(cat "$mark")" = "$state" ]; then
    exit 0
fi
rm -f "$mark"
cp -r "$here/$language/." "$folder/"
cd "$folder"

# The block of code under a heading of the page.
program() {
    awk -v heading="## $1" '
        $0 == heading { here = 1; next }
        /^## / { here = 0 }
        here && /^```/ { inside = !inside; if (!inside) exit; next }
        here && inside { print }
    ' "$page" >"$2"
    [ -s "$2" ]
}

case $language in
python)
    program Flask hello_flask.py
    program Django hello_django.py
    rm -rf library
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --only-binary :all: \
        --target library --requirement requirements.txt
    ;;
go)
    program Go main.go
    GOFLAGS=-mod=readonly go build -o service .
    ;;
node)
    program Node service.mjs
    npm ci --silent --no-audit --no-fund
    ;;
java)
    mkdir -p src/main/java/shop
    program Spring src/main/java/shop/Orders.java
    mvn --quiet --batch-mode compile
    ;;
esac
printf '%s' "$state" >"$mark"
