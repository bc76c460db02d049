#!/usr/bin/env bash
# CI job: everything but the neural part under the thread sanitizer. oneTBB is built with the sanitizer too, from
# Debian's source package: with the distribution's every write before a task and read in it looks like a race.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/setup.sh core

tbb=$PWD/build/tsan-tbb
if [ ! -e "$tbb/lib/libtbb.so.12" ]; then
  mkdir -p "$tbb/lists"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $(. /etc/os-release; echo "$VERSION_CODENAME") main" > "$tbb/sources.list"
  from=(-o "Dir::Etc::sourcelist=$tbb/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$tbb/lists")
  apt-get "${from[@]}" -qq update
  (cd "$tbb" && apt-get "${from[@]}" -qq source --download-only onetbb && tar xf onetbb_*.orig.tar.*)
  cmake -S "$tbb"/oneTBB-* -B "$tbb/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTBB_SANITIZE=thread \
    -DTBB_TEST=OFF -DTBB_EXAMPLES=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF -DTBB_DISABLE_HWLOC_AUTOMATIC_SEARCH=ON
  cmake --build "$tbb/build" --target tbb
  mkdir -p "$tbb/lib"
  cp -P "$tbb"/build/*/libtbb.so* "$tbb/lib/"
fi

cmake --preset tsan
cmake --build --preset tsan
LD_LIBRARY_PATH=$tbb/lib exec ctest --preset tsan
