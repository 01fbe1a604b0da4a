# Stand-in for the Supervisor's reading of configuration: a JSON object, or TOML of tables and one-line values, in;
# lines of `cfg.dotted.key`, a tab and the value out. Strings keep their escapes, which render.awk undoes.

{ text = text $0 "\n" }

END {
  if (text ~ /^[ \t\r\n]*[{]/) {
    at = 1
    json("cfg")
  } else {
    toml()
  }
}

function fail(what) {
  print "flatten (stand-in): " what > "/dev/stderr"
  exit 1
}

function put(key, value) {
  print key "\t" value
}

# The JSON value at `at`.
function json(key,    start, depth) {
  space()
  if (peek() == "{") {
    json_object(key)
  } else if (peek() == "\"") {
    put(key, json_string())
  } else if (peek() == "[") {
    start = at
    do {
      if (peek() == "\"") { json_string(); continue }
      if (peek() == "[") depth++
      if (peek() == "]") depth--
      if (peek() == "") fail("an array has no end")
      at++
    } while (depth > 0)
    put(key, substr(text, start, at - start))
  } else if (match(substr(text, at), /^[-+.0-9a-zA-Z]+/)) {
    put(key, substr(text, at, RLENGTH))
    at += RLENGTH
  } else {
    fail("not JSON at: " substr(text, at, 20))
  }
}

function json_object(key,    name) {
  at++
  space()
  if (peek() == "}") { at++; return }
  while (1) {
    space()
    if (peek() != "\"") fail("no key at: " substr(text, at, 20))
    name = json_string()
    space()
    if (peek() != ":") fail("no colon after: " name)
    at++
    json(key "." name)
    space()
    if (peek() == "}") { at++; return }
    if (peek() != ",") fail("no comma at: " substr(text, at, 20))
    at++
  }
}

function json_string(    value) {
  if (!match(substr(text, at), /^"([^"\\]|\\.)*"/)) fail("a string has no end")
  value = substr(text, at + 1, RLENGTH - 2)
  at += RLENGTH
  return value
}

function peek() { return substr(text, at, 1) }

function space() { while (peek() ~ /[ \t\r\n]/) at++ }

function toml(    lines, count, i, line, table, key, value) {
  count = split(text, lines, "\n")
  for (i = 1; i <= count; i++) {
    line = lines[i]
    sub(/^[ \t]+/, "", line)
    sub(/[ \t\r]+$/, "", line)
    if (line == "" || line ~ /^#/) continue
    if (line ~ /^\[[A-Za-z0-9_.-]+\]([ \t]*#.*)?$/) {
      table = substr(line, 2, index(line, "]") - 2) "."
    } else if (match(line, /^[A-Za-z0-9_.-]+[ \t]*=[ \t]*/)) {
      key = substr(line, 1, RLENGTH)
      sub(/[ \t]*=[ \t]*$/, "", key)
      value = substr(line, RLENGTH + 1)
      put("cfg." table key, toml_value(value))
    } else {
      fail("only simple TOML is understood, not: " line)
    }
  }
}

function toml_value(value,    literal) {
  if (value !~ /^"""/ && match(value, /^"([^"\\]|\\.)*"/)) return substr(value, 2, RLENGTH - 2)
  if (value !~ /^'''/ && match(value, /^'[^']*'/)) {
    literal = substr(value, 2, RLENGTH - 2)
    gsub(/\\/, "\\\\", literal)
    return literal
  }
  if (match(value, /^\[.*\]/)) return substr(value, 1, RLENGTH)
  if (match(value, /^[-+.:0-9a-zA-Z_]+/)) return substr(value, 1, RLENGTH)
  fail("only simple TOML is understood, not: " value)
}
