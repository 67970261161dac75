package main

import "syscall"

// maxRSS is the peak resident set of this process in KiB (Linux getrusage(2)).
func maxRSS() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Maxrss
}
