# Counts what a text of `perf script` with raw_syscalls holds, one line at a time and with nothing in common with the parser.
/raw_syscalls:sys_(enter|exit):/ {
  match($0, / [0-9]+\/[0-9]+ /)
  tid = substr($0, RSTART, RLENGTH)
  threads[tid] = 1
  if (/sys_enter:/) {
    events++
    if (tid in open) unfinished++
    open[tid] = 1
  } else if (tid in open) delete open[tid]
  else events++
  next
}
/sched:sched_switch:/ { next }
/^[ \t]*$/ { next }
{ skipped++ }
END {
  for (tid in open) unfinished++
  n = 0
  for (tid in threads) n++
  print events + 0, n, unfinished + 0, skipped + 0, notices + 0
}
