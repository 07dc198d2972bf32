# Counts what a trace of `strace -f -ttt` holds, one line at a time and with nothing in common with the parser.
{ last = $0; pid = $1; body = $0; sub(/^[0-9]+ +[0-9.]+ +/, "", body) }
body == $0 { skipped++; next }
{ threads[pid] = 1 }
body ~ /^(---|\+\+\+) / { notices++; next }
body ~ /^<\.\.\. [a-z_0-9]+ resumed>/ {
  if (!(pid in open)) events++
  # `= ?`: its thread was killed meanwhile, or it is an exit, which has no result.
  if (body !~ / = \?$/ || body ~ /^<\.\.\. exit/) delete open[pid]
  next
}
body ~ /^[a-z_0-9]+\(/ {
  events++
  if (pid in open) abandoned++
  delete open[pid]
  if (body ~ /<unfinished \.\.\.>$/) open[pid] = 1
  else if (body ~ / = \?$/ && body !~ /^exit/) open[pid] = 1
  next
}
{ skipped++ }
END {
  unfinished = abandoned
  for (pid in open) unfinished++
  n = 0
  for (pid in threads) n++
  # A last line without a result was cut off while it was written.
  if (last ~ /^[0-9]+ +[0-9.]+ +[a-z_0-9]+\(/ && last !~ / = |<unfinished \.\.\.>$/) unfinished++
  print events + 0, n, unfinished + 0, skipped + 0, notices + 0
}
