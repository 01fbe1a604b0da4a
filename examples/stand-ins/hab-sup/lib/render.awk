# Stand-in for the Supervisor's templates: awk -f render.awk VALUES TEMPLATE. Knows {{a.dotted.name}} and no helpers.

FNR == NR {
  tab = index($0, "\t")
  values[substr($0, 1, tab - 1)] = plain(substr($0, tab + 1))
  next
}

{
  line = $0
  out = ""
  while (start = index(line, "{{")) {
    out = out substr(line, 1, start - 1)
    line = substr(line, start + 2)
    end = index(line, "}}")
    name = substr(line, 1, end - 1)
    gsub(/^ +| +$/, "", name)
    if (!end || name !~ /^[a-z][A-Za-z0-9_.-]*$/) {
      print "render (stand-in): " FILENAME ":" FNR ": only names are understood: {{" line > "/dev/stderr"
      exit 1
    }
    if (!(name in values)) {
      print "render (stand-in): " FILENAME ":" FNR ": no value for {{" name "}}" > "/dev/stderr"
    }
    out = out values[name]
    line = substr(line, end + 2)
  }
  print out line
}

function plain(text,    out, i, c) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\\") {
      c = substr(text, ++i, 1)
      if (c == "n") c = "\n"
      else if (c == "t") c = "\t"
    }
    out = out c
  }
  return out
}
