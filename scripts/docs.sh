#!/usr/bin/env bash
# Renders docs/ as HTML pages with Debian's Sphinx (python3-sphinx, python3-myst-parser), the manual pages as the command
# reference. Needs a build, for the manual pages.
#   scripts/docs.sh [OUT [SHARE]]    OUT: default build/docs; SHARE: share/ of a build, default build/release/share
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-build/docs} share=${2:-build/release/share}
/usr/bin/python3 -c 'import myst_parser, sphinx' 2> /dev/null ||
  { echo "docs.sh: install python3-sphinx and python3-myst-parser" >&2; exit 1; }
[ -e "$share/man/man1/stemloop.1" ] || { echo "docs.sh: $share has no manual pages; build them first" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r docs README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md LICENSE examples models python runs "$work/"
mkdir "$work/reference"
for page in "$share"/man/man1/*.1; do
  name=$(basename "$page" .1)
  { printf '# %s\n\n```text\n' "${name/-/ }"
    MANWIDTH=84 man -l -P cat "$page" 2> /dev/null | col -bx
    printf '```\n'; } > "$work/reference/$name.md"
done
{ cat << 'END'
# stemloop

```{toctree}
:caption: Start
:maxdepth: 1
README
docs/tasks
docs/tasks/score
docs/tasks/scan
docs/tasks/explain
docs/tasks/draw
docs/tasks/train
python/README
```

```{toctree}
:caption: How it works
:maxdepth: 1
docs/classification
docs/arms
docs/scan
docs/design
docs/reports
docs/training
docs/generators
docs/formats
docs/results
docs/architecture
CONTRIBUTING
SECURITY
CHANGELOG
```

```{toctree}
:caption: Models and examples
:maxdepth: 1
END
  for card in "$work"/models/*/README.md; do echo "${card:${#work}+1:-3}"; done
  cat << 'END'
examples/README
```

```{toctree}
:caption: Commands
:maxdepth: 1
END
  for page in "$work"/reference/*.md; do echo "reference/$(basename "$page" .md)"; done
  echo '```'; } > "$work/index.md"
cat > "$work/conf.py" << 'END'
project = "stemloop"
extensions = ["myst_parser"]
master_doc = "index"
myst_heading_anchors = 3
exclude_patterns = ["docs/log", "runs"]
suppress_warnings = ["ref.myst", "toc.excluded"]  # links to what is no page: a file, a folder
html_theme_options = {"page_width": "1200px"}
END
/usr/bin/python3 -m sphinx -q -b html "$work" "$out"
echo "$out/index.html"
