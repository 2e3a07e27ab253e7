#!/bin/sh
# The main job on the founding release; `make demo` runs it. Everything it writes lies in build/demo/.
set -eu

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold='\033[1m' plain='\033[0m'; fi
say() { printf "\n$bold%s$plain\n" "$1"; }
run() { printf '$ %s\n' "$*"; "$@"; }

release=data/releases/2019-01-01-biosaxony-silver-label.yaml
out=build/demo
mkdir -p "$out"

say '1. The facts of a press release, each with the characters of the text that say it'
sed -n '/# 102$/,/evidence/p; /# 104$/,/evidence/p' "$release"

say '2. Convert them to RDF, and check them: first the facts rules, then the shapes'
run pressgraph convert "$release" -o "$out/facts.nq"
printf '%s quads\n' "$(wc -l < "$out/facts.nq")"
run pressgraph validate "$release"

say '3. Store them: only what conforms is published'
run pressgraph build

say '4. Write Turtle and JSON-LD'
run pressgraph export -o "$out/graph.ttl"
run pressgraph export --about agent/biosaxony -o "$out/biosaxony.jsonld"

say '5. Ask three questions'
printf '\nWhich labels are valid on 1 June 2020, and on what basis do we say so?\n'
run pressgraph query labels-valid-on -p date=2020-06-01
printf '\nWho said what?\n'
run pressgraph query who-said-what
printf '\nHow much is stated, and how much is implied, normalised or assumed?\n'
run pressgraph query statistics

say '6. Draft the facts of a text: a release of an invented cluster'
news="$out/news"
rm -rf "$news"
mkdir -p "$news"
printf '[project]\nbase = "https://data.example.org/"\n' > "$news/pressgraph.toml"
run pressgraph --project "$news" draft docs/demo/release.txt --name silver-label

say "7. What a person changed, beside 'reviewedBy' on what is right"
draft="$news/data/releases/silver-label.yaml"
grep -v reviewed docs/demo/reviewed.yaml | diff -U 2 "$draft" - | sed 1,2d
cp docs/demo/reviewed.yaml "$draft"
cp docs/demo/reviewers.yaml "$news/data/"

say '8. Check it, store it, and ask: what nobody has reviewed is not there'
run pressgraph --project "$news" validate
run pressgraph --project "$news" build
run pressgraph --project "$news" query labels-valid-on -p date=2027-01-01
run pressgraph --project "$news" query figures

say 'Where everything lies'
cat <<END
  $release   the facts; change one and run 'pressgraph build'
  $out/graph.ttl, biosaxony.jsonld, facts.nq   what was written
  $out/news/   a project of its own: the text, its facts, who reviewed them
  .pressgraph/   the built graph
  README.md   how to go on

The program is $PWD/.venv/bin/pressgraph; to call it 'pressgraph' in this terminal, paste

  . "$PWD/.venv/bin/activate"
END
