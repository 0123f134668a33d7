package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// resident is a process's memory in KiB.
func resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			check(err)
			return kib
		}
	}
	panic("no VmRSS")
}

// cpu is what a process has used so far, user and system, in seconds; its grain is 10 ms.
func cpu(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	check(err)
	// The name before the last bracket may hold anything; utime and stime are fields 14 and 15.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err := strconv.ParseFloat(fields[11], 64)
	check(err)
	system, err := strconv.ParseFloat(fields[12], 64)
	check(err)
	return (user + system) / 100
}

func ownCPU() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// mark is a moment: the clock, and what server, mock and this program have used until then.
type mark struct {
	at                time.Time
	server, mock, own float64
}

func meter() mark { return mark{time.Now(), cpu(*pid), cpu(*mockPID), ownCPU()} }

// into notes what n things have taken since.
func (m mark) into(out figures, name string, n int) {
	took := time.Since(m.at).Seconds()
	out[name+"_per_s"] = float64(n) / took
	out[name+"_cpu_ms"] = (cpu(*pid) - m.server) * 1000 / float64(n)
	out[name+"_cpu_share"] = (cpu(*pid) - m.server) / took
	out[name+"_mock_share"] = (cpu(*mockPID) - m.mock) / took
	out[name+"_load_share"] = (ownCPU() - m.own) / took
}
